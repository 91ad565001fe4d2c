"use strict";
// Makes or shows a passkey: the server's options to the browser, the browser's answer to the server.
document.querySelectorAll("[data-passkey]").forEach((form) => {
    const making = form.dataset.passkey === "create";
    const error = form.querySelector("[data-passkey-error]");
    const say = (text) => { error.textContent = text; error.hidden = false; };
    form.hidden = false;
    const post = async (url, body) => {
        const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
        const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
        const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
        if (!response.ok || response.redirected) throw new Error(String(response.status));
        return response.json();
    };
    form.addEventListener("submit", async (event) => {
        event.preventDefault();
        if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
            say("This browser knows no passkeys. Take a newer one, or the code of your app.");
            return;
        }
        error.hidden = true;
        try {
            const options = await post(form.dataset.begin, {});
            const credential = making
                ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
                : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
            const url = new URL(form.dataset.complete, location.href);
            if (form.dataset.next) url.searchParams.set("next", form.dataset.next);
            const answer = await post(url, credential.toJSON());
            location.assign(answer.redirect_url);
        } catch (problem) {
            say(problem.name === "InvalidStateError" ? "This device has a passkey here already."
                : "That did not work, or was stopped. Try again, or load the page anew.");
        }
    });
});
