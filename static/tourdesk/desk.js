"use strict";
{
    // Loaded by every page of the desk, after its other scripts.

    // --- search fields (select2) ---------------------------------------------------------------------
    // The first key typed on a closed one opens it and is the first letter of the search.
    document.addEventListener("keydown", (event) => {
        const picker = event.target.closest?.(".select2-selection--single");
        const shortcut = (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph");
        if (!picker || shortcut || event.key.length !== 1 || event.key === " ") return;
        django.jQuery(picker.closest(".select2-container").previousElementSibling).select2("open");
        const search = document.querySelector(".select2-container--open .select2-search__field");
        if (!search) return;
        event.preventDefault();
        search.value = event.key;
        search.dispatchEvent(new Event("input", { bubbles: true }));
    });

    // select2 names neither its fields nor the list that it opens.
    function labelOf(select) {
        return select?.labels?.[0]?.textContent.trim() || select?.getAttribute("aria-label") || "Choose";
    }
    function nameField(picker) {
        const select = picker.closest(".select2-container").previousElementSibling;
        picker.querySelector(".select2-search__field")?.setAttribute("aria-label", labelOf(select));
        const shown = picker.querySelector("span.select2-selection__rendered"); // the picker is labelled by it
        if (!shown) return picker.setAttribute("aria-label", labelOf(select));
        const chosen = select?.selectedOptions?.[0]?.textContent.trim();
        shown.setAttribute("role", "group"); // of a textbox only the content would count
        shown.removeAttribute("aria-readonly");
        shown.setAttribute("aria-label", chosen ? `${labelOf(select)}: ${chosen}` : labelOf(select));
    }
    function nameAll() {
        document.querySelectorAll(".select2-selection").forEach(nameField);
    }
    document.addEventListener("formset:added", nameAll);

    // Django's own script makes the search fields when jQuery is ready: this waits behind it.
    window.django?.jQuery?.(($) => {
        nameAll();
        $(document).on("change", ".select2-hidden-accessible", nameAll);
        $(document).on("select2:open", (event) => {
            const label = labelOf(event.target);
            const open = document.querySelector(".select2-container--open .select2-dropdown");
            const choices = open?.querySelector("[role=listbox]");
            choices?.setAttribute("aria-label", label);
            const picker = event.target.nextElementSibling?.querySelector("[role=combobox]");
            if (choices?.id) picker?.setAttribute("aria-controls", choices.id);
            const search = open?.querySelector(".select2-search__field");
            search?.setAttribute("aria-label", label);
            search?.focus(); // select2 itself comes a moment later, and what is typed meanwhile would be lost
        });
    });

    // --- the keyboard --------------------------------------------------------------------------------
    // It starts in the form's first field, or the first wrong one.
    const form = document.querySelector("form[data-keyboard]");
    function begin() {
        const fields = ".select2-selection, select:not(.select2-hidden-accessible), textarea, input:not([type=hidden], [readonly])";
        (form.querySelector(".errors") || form).querySelector(fields)?.focus();
    }
    if (form) window.django?.jQuery ? django.jQuery(begin) : begin();

    // A field of one line that gets the focus selects what it holds, so that typing replaces it. A click selects it, too;
    // dragging selects what was dragged over, and a second click places the caret.
    const LINES = "input:is([type=text], [type=number], [type=email], [type=tel], [type=url], :not([type]))";
    let entered = null; // the field that this press of the mouse went into
    let pressed = null; // where
    document.addEventListener("mousedown", (event) => {
        entered = null;
        pressed = event;
    }, true);
    document.addEventListener("focusin", ({ target }) => {
        if (!target.matches?.(LINES) || target.matches(".select2-search__field")) return;
        if (pressed) entered = target; // selected now, its text could not be dragged over
        else target.select();
    });
    document.addEventListener("mouseup", (event) => {
        const moved = pressed && Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) > 3;
        if (entered && event.target === entered && !moved) entered.select();
        entered = pressed = null;
    }, true);
    document.addEventListener("keydown", () => { pressed = null; }, true); // it was let go outside the window

    // --- dates ---------------------------------------------------------------------------------------
    // “Today” and “Now” are the office's (Django sees to that); so is the day that a calendar marks and opens at.
    window.addEventListener("load", () => {
        if (!window.DateTimeShortcuts || !window.CalendarNamespace) return;
        const { draw } = CalendarNamespace;
        CalendarNamespace.draw = (month, year, id, ...others) => {
            draw(month, year, id, ...others);
            const today = DateTimeShortcuts.now();
            const box = document.getElementById(id);
            box.querySelectorAll(".today").forEach((cell) => cell.classList.remove("today"));
            if (today.getMonth() + 1 !== month || today.getFullYear() !== year) return;
            [...box.querySelectorAll("td a")].find((day) => day.textContent === String(today.getDate()))
                ?.closest("td").classList.add("today");
        };
        const today = DateTimeShortcuts.now();
        DateTimeShortcuts.calendars.forEach((calendar) => {
            calendar.drawDate(today.getMonth() + 1, today.getFullYear(), calendar.selected);
        });
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
}
