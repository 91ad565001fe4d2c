"use strict";
// The keyboard starts in the form's first field, or the first wrong one; typing opens a search field as a click does.
// Django's own script makes the search fields when jQuery is ready: this waits behind it.
django.jQuery(($) => {
    const form = document.querySelector("form[data-keyboard]");
    form.addEventListener("keydown", (event) => {
        const picker = event.target.closest(".select2-selection");
        if (picker && event.key.trim().length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
            $(picker).closest(".select2-container").prev("select").select2("open");
        }
    });
    const fields = ".select2-selection, select:not(.select2-hidden-accessible), textarea, input:not([type=hidden])";
    (form.querySelector(".errors") || form).querySelector(fields)?.focus();
});
