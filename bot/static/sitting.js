// Says before the chat is closed because nothing was sent, lets a person stay, and then takes what was said off
// the page, so that nobody reads it later over their shoulder. What is being typed stays in its field.
"use strict";
(() => {
  const LOOK_MS = 5000;
  const find = (id) => document.getElementById(id);
  const idle = find("idle");
  const closing = find("closing");
  const buttons = idle.querySelector(".buttons");
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("chat") : null;
  let ends = Date.now() + ms("left");
  let state = "open"; // warned, closed
  let typedAt = 0;
  let warnedAt = 0;
  let asking = false;

  function ms(name) {
    return 1000 * Number(idle.dataset[name]);
  }

  // By the clock and not by a count: a device that slept comes back after the end.
  function look() {
    const now = Date.now();
    if (state === "closed") return;
    if (now >= ends) close();
    else if (state === "warned" && typedAt > warnedAt) stay();
    else if (state === "open" && ends - now <= ms("warned")) {
      if (now - typedAt < ms("warned")) stay(); // whoever is writing is there
      else warn(idle.dataset.warn);
    }
  }

  function warn(words) {
    state = "warned";
    warnedAt = Date.now();
    const time = new Date(ends).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
    closing.textContent = words.replace("%(time)s", time);
    buttons.hidden = false;
  }

  function renew() {
    ends = Date.now() + ms("idle");
    state = "open";
    closing.textContent = "";
    buttons.hidden = true;
  }

  function close() {
    state = "closed";
    find("log").querySelector("ol").replaceChildren();
    closing.textContent = idle.dataset.closed;
    buttons.hidden = true;
    document.dispatchEvent(new CustomEvent("closed"));
  }

  function stay() {
    if (asking) return;
    asking = true;
    const form = idle.querySelector("[data-stay]");
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.onloadend = () => {
      asking = false;
      if (request.status === 410) return close();
      if (request.status !== 204) return warn(idle.dataset.failed);
      const hadFocus = buttons.contains(document.activeElement);
      renew();
      if (hadFocus) find("text")?.focus();
      tabs?.postMessage("stays");
    };
    request.send(new URLSearchParams(new FormData(form)));
  }

  idle.querySelector("[data-stay]").addEventListener("submit", (event) => {
    event.preventDefault();
    stay();
  });
  document.addEventListener("input", () => (typedAt = Date.now()));
  document.addEventListener("taken", () => {
    renew();
    tabs?.postMessage("stays");
  });
  tabs?.addEventListener("message", (event) => {
    if (event.data === "stays" && state !== "closed") renew();
  });
  document.addEventListener("visibilitychange", look);
  setInterval(look, LOOK_MS);
  look();
})();
