"use strict";
// A form that was sent after the session had ended is not lost: this tab keeps what was typed, and puts it back once the
// same person is logged in again. The server never sees it before; passwords and files are not kept.
(() => {
    const KEY = "tourdesk-kept";
    const user = new URL(document.currentScript.src).hash.slice(1); // empty on the pages before the log-in
    const read = () => {
        try {
            return JSON.parse(sessionStorage.getItem(KEY));
        } catch {
            return null;
        }
    };
    const forget = () => sessionStorage.removeItem(KEY);
    const write = (entry) => {
        try {
            sessionStorage.setItem(KEY, JSON.stringify(entry));
        } catch {
            forget(); // full, or switched off
        }
    };
    const here = location.pathname + location.search;
    const isForm = (form) =>
        form.method === "post" && form.closest("main, #content-main, #content, #page") && form.id !== "changelist-form" && form.id !== "logout-form";
    const isKept = (field) =>
        field.name && !field.disabled && !["password", "file", "submit", "button"].includes(field.type) && field.name !== "csrfmiddlewaretoken";

    function keep(form) {
        const fields = {}, labels = {};
        const kept = Array.from(form.elements).filter(isKept).filter((field) => !field.name.includes("__prefix__"));
        for (const field of kept) {
            fields[field.name] ||= [];
            if (field.tagName === "SELECT") {
                for (const option of field.selectedOptions) {
                    fields[field.name].push(option.value);
                    (labels[field.name] ||= {})[option.value] = option.text;
                }
            } else if (!["checkbox", "radio"].includes(field.type) || field.checked) {
                fields[field.name].push(field.value);
            }
        }
        const files = Array.from(form.querySelectorAll("input[type=file]")).some((field) => field.files.length);
        const number = Array.from(document.forms).filter(isForm).indexOf(form);
        write({ user, url: here, title: document.title, number, fields, labels, files, lost: false });
    }

    function addRows(form, fields) {
        for (const name of Object.keys(fields).filter((name) => name.endsWith("-TOTAL_FORMS"))) {
            const total = form.elements[name];
            const prefix = name.slice(0, -"-TOTAL_FORMS".length);
            for (let left = Number(fields[name][0]) - Number(total?.value); left > 0 && left < 100; left--) {
                document.querySelector(`#${CSS.escape(prefix)}-group .add-row a, #${CSS.escape(prefix)}-group a.add-row`)?.click();
            }
        }
    }

    function fill(form, entry) {
        addRows(form, entry.fields);
        for (const [name, values] of Object.entries(entry.fields)) {
            const left = [...values];
            const found = Array.from(form.elements).filter((field) => field.name === name && isKept(field));
            for (const field of found) {
                if (field.tagName === "SELECT") {
                    for (const value of values) {
                        if (!Array.from(field.options).some((option) => option.value === value)) {
                            field.add(new Option(entry.labels[name]?.[value] ?? value, value));
                        }
                    }
                    for (const option of field.options) option.selected = values.includes(option.value);
                } else if (["checkbox", "radio"].includes(field.type)) {
                    field.checked = values.includes(field.value);
                } else {
                    field.value = left.shift() ?? "";
                }
                field.dispatchEvent(new Event("change", { bubbles: true }));
                window.django?.jQuery?.(field).trigger("change");
            }
            if (!found.length) { // a row that somebody else has removed meanwhile: the server asks about it
                for (const value of values) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
            }
        }
    }

    function note(before, text, link) {
        const box = document.createElement("div");
        box.className = "td-card td-kept";
        box.setAttribute("role", "status");
        const words = document.createElement("p");
        words.textContent = text;
        const acts = document.createElement("div");
        acts.className = "td-actions";
        if (link) acts.append(Object.assign(document.createElement("a"), { href: link, textContent: "Go on with it", className: "td-button td-primary" }));
        const drop = Object.assign(document.createElement("button"), { type: "button", textContent: "Discard it", className: "td-button" });
        drop.addEventListener("click", () => {
            forget();
            if (link) box.remove(); else location.replace(here);
        });
        acts.append(drop);
        box.append(words, acts);
        before.parentNode.insertBefore(box, before);
    }

    function restore(entry) {
        const form = Array.from(document.forms).filter(isForm)[entry.number];
        const files = entry.files ? " Files can't be kept: choose yours again." : "";
        if (entry.url === here && form) {
            fill(form, entry);
            note(form, `We kept what you typed before you had to log in again. It isn't saved yet: check it, then save.${files}`);
            return;
        }
        const top = document.querySelector("#content-main, #content, main");
        if (top && entry.url !== here) note(top, `What you typed is not saved: ${entry.title.trim()}.${files}`, entry.url);
    }

    // What became of the form that this tab sent last: the page that follows tells.
    function look() {
        const entry = read();
        const notSaved = document.querySelector("[data-not-saved]");
        if (!entry) return;
        if (notSaved) {
            write({ ...entry, lost: true });
            notSaved.href = entry.url;
        } else if (user) {
            if (entry.user !== user || !entry.lost) forget();
        } else if (document.referrer.endsWith("/logout/")) {
            forget();
        } else if (new URLSearchParams(location.search).has("next")) {
            write({ ...entry, lost: true });
        }
    }

    let sent = null; // the second click of a double click sends nothing
    document.addEventListener("submit", (event) => {
        const form = event.target;
        if (form.id === "logout-form") return forget();
        if (event.defaultPrevented || !user || !isForm(form)) return undefined;
        if (sent === form) return event.preventDefault();
        sent = form;
        setTimeout(() => { sent = null; }, 3000); // a download leaves the page as it is
        return keep(form);
    });
    window.addEventListener("pageshow", () => { sent = null; });
    document.addEventListener("DOMContentLoaded", look);
    // Behind the scripts that make search fields and rows of what the page holds.
    window.addEventListener("load", () => {
        const entry = read();
        if (entry && user && !document.querySelector("[data-not-saved]")) restore(entry);
    });
})();
