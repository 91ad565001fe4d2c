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
    const fields = ".select2-selection, select:not(.select2-hidden-accessible), textarea, input:not([type=hidden], [readonly])";
    (form.querySelector(".errors") || form).querySelector(fields)?.focus();
});
// A button beside a read-only field copies it. Without the clipboard (plain http) the text is selected, to be copied by hand.
document.querySelectorAll("[data-copy]").forEach((button) => {
    const field = document.getElementById(button.dataset.copy);
    const status = button.closest(".td-copy").querySelector("[data-copy-status]");
    button.hidden = false;
    button.addEventListener("click", async () => {
        field.select();
        try {
            await navigator.clipboard.writeText(field.value);
            status.textContent = "Copied.";
        } catch {
            status.textContent = document.execCommand("copy") ? "Copied." : "Selected: press Ctrl+C to copy it.";
        }
    });
});
