"use strict";
// Recovery codes as a file, made in the browser: they go nowhere else.
document.querySelectorAll("[data-download]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
        const codes = [...document.getElementById(button.dataset.download).querySelectorAll("code")];
        const text = codes.map((code) => code.textContent).join("\r\n") + "\r\n";
        const link = document.createElement("a");
        link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
        link.download = button.dataset.name;
        link.click();
        URL.revokeObjectURL(link.href);
    });
});
document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });
