// Sends an answer without loading the page again, and leaves the page quickly.
// The chat works without this. The other scripts hear of it by the event "taken": a message was answered.
"use strict";
(() => {
  const TIMEOUT_MS = 20000;
  const PHOTOS_TIMEOUT_MS = 300000; // 50 MB over a slow line
  const SLOW_MS = 800; // a wait this long is said
  const SHIFT_MS = 5000; // three presses within this
  const find = (id) => document.getElementById(id);
  const leave = find("leave");
  const log = find("log");
  const compose = find("compose");
  const status = find("status");
  const again = find("again");
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("chat") : null;

  // --- leaving: this page is replaced, so that Back does not come to it again; other tabs with it ---

  function go(event) {
    if (event) event.preventDefault();
    tabs?.postMessage("left");
    gone();
  }

  function gone() {
    document.body.hidden = true;
    document.body.replaceChildren();
    forgetTyped();
    location.replace(leave.href);
  }

  function forgetTyped() {
    try {
      sessionStorage.clear();
    } catch {
      // a browser that stores nothing
    }
  }

  tabs?.addEventListener("message", (event) => {
    if (event.data === "left" && log) gone();
  });

  let presses = 0;
  let alone = false; // Shift went down and nothing else since
  let first = 0;
  leave.addEventListener("click", go);
  document.addEventListener("keydown", (event) => {
    alone = event.key === "Shift" && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (!alone) presses = 0;
  });
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    if (Date.now() - first > SHIFT_MS) presses = 0;
    if (presses === 0) first = Date.now();
    presses += 1;
    const words = leave.dataset;
    find("leaving").textContent = presses === 1 ? words.twice : presses === 2 ? words.once : "";
    if (presses > 2) go();
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // kept by the browser although told not to
  });
  for (const note of document.querySelectorAll("[data-script]")) note.hidden = false;

  // --- starting: also without a step that Back would come to ---

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-replace]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    location.replace(link.href);
  });

  if (document.querySelector("[data-start]")) forgetTyped();

  function start(form, pressed) {
    const request = open(form);
    request.onload = () => (request.status === 200 ? location.replace(form.action) : form.submit());
    request.onerror = request.ontimeout = () => form.submit(); // the browser's own words for it
    const choice = document.createElement("input");
    Object.assign(choice, { type: "hidden", name: pressed.name, value: pressed.value });
    form.append(choice);
    request.send(new URLSearchParams(new FormData(form)));
  }

  function open(form) {
    const request = new XMLHttpRequest(); // parses the answer itself: no string ever becomes HTML here
    request.open("POST", form.action);
    request.responseType = "document";
    request.timeout = TIMEOUT_MS;
    request.setRequestHeader("X-Requested-With", "fetch");
    return request;
  }

  // --- talking ---

  let pending = null; // what is on its way, or was not taken: {form, body, words, typed}
  let busy = false;

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!event.submitter || !form.matches("[data-start], [data-chat]")) return;
    event.preventDefault();
    if (busy) return;
    if (form.matches("[data-start]")) {
      busy = true;
      start(form, event.submitter);
    } else if (isEmpty(form, event.submitter)) {
      (event.target.contains(textField()) ? textField() : form.elements.photo).focus();
    } else {
      send(draft(form, event.submitter));
    }
  });
  if (!log) return;

  // A page loaded again, as after another language was chosen, opens where the talk is; a new one at its top.
  const latest = find("latest");
  if (latest && latest !== log.querySelector("li")) {
    history.scrollRestoration = "manual";
    latest.scrollIntoView({ block: "start", behavior: "instant" });
  }

  again.addEventListener("click", () => {
    if (!busy && pending) send(pending);
  });

  // The same words after a failure keep their id, so that they count once; other words get a new one.
  function draft(form, pressed) {
    const fields = new FormData(form);
    if (!hasPhotos(form)) fields.delete("photo");
    if (pressed.name) fields.append(pressed.name, pressed.value);
    fields.set("since", log.querySelector("ol").dataset.mark);
    const same = pending && pending.form === form && pending.words === inWords(fields);
    if (pending && pending.form === form && !same) {
      form.elements.id.value = freshId();
      fields.set("id", form.elements.id.value);
    }
    const words = inWords(fields);
    const body = hasPhotos(form) ? fields : new URLSearchParams(fields);
    return { form, body, words, typed: form.contains(textField()) && textField().value !== "" };
  }

  function inWords(fields) {
    return JSON.stringify([...fields].map(([name, it]) => [name, it.name ?? it, it.size, it.lastModified]));
  }

  function hasPhotos(form) {
    return Boolean(form.elements.photo?.files.length);
  }

  function isEmpty(form, pressed) {
    if (hasPhotos(form) || pressed.value) return false;
    if (form.elements.photo && !form.contains(textField())) return true;
    return form.contains(textField()) && textField().value.trim() === "";
  }

  function freshId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function send(message) {
    pending = message;
    busy = true;
    compose.setAttribute("aria-busy", "true");
    say("");
    const slow = setTimeout(() => say(status.dataset.sending), SLOW_MS);
    const request = open(message.form);
    if (message.body instanceof FormData) {
      request.timeout = PHOTOS_TIMEOUT_MS;
      request.upload.onprogress = (sent) => say(`${status.dataset.sending} ${quarters(sent)}`);
    }
    request.onloadend = () => {
      clearTimeout(slow);
      busy = false;
      compose.removeAttribute("aria-busy");
      say("");
      answered(request);
    };
    request.send(message.body);
  }

  // How much is sent, in quarters: a screen reader says every change.
  function quarters(sent) {
    const part = sent.lengthComputable ? Math.floor((4 * sent.loaded) / sent.total) / 4 : 0;
    return part.toLocaleString(document.documentElement.lang, { style: "percent" });
  }

  function answered(request) {
    if (request.status === 200) return show(request.responseXML);
    const words = status.dataset;
    if (request.status === 413) return say(hasPhotos(pending.form) ? words.large : words.long);
    if (request.status === 400) {
      find("reopen").hidden = false;
      return say(words.ended);
    }
    again.hidden = false;
    return say(navigator.onLine ? words.failed : words.offline);
  }

  // Also before anything is sent: whoever writes for long wants to know.
  window.addEventListener("offline", () => say(status.dataset.off));
  window.addEventListener("online", () => say(status.dataset.on));

  function say(words) {
    if (status.textContent !== words) status.textContent = words;
    if (words === "") again.hidden = true;
  }

  // --- showing: only what is new is added, so that a screen reader says only that ---

  function show(page) {
    const turns = page && page.querySelector("ol[data-mark]");
    const erased = pending.form.closest(".delete") !== null;
    document.dispatchEvent(new CustomEvent("taken", { detail: { typed: pending.typed || erased } }));
    if (!turns || page.documentElement.lang !== document.documentElement.lang) return location.reload();
    const { typed, form } = pending;
    const kept = typed || erased ? "" : textField()?.value || ""; // words begun before a button was pressed
    const list = log.querySelector("ol");
    if ("whole" in turns.dataset) list.replaceChildren();
    for (const id of ["latest", "question"]) find(id)?.removeAttribute("id");
    const added = Array.from(turns.children, (item) => document.importNode(item, true));
    list.append(...added);
    list.dataset.mark = turns.dataset.mark;
    const controls = page.getElementById("compose").childNodes;
    compose.replaceChildren(...Array.from(controls, (node) => document.importNode(node, true)));
    form.elements.id.value = freshId(); // the languages' form stays
    pending = null;
    if (kept) textField().value = kept;
    added[0]?.scrollIntoView({ block: "start" });
    focus(typed);
  }

  function textField() {
    return find("text");
  }

  function focus(typed) {
    const option = compose.querySelector(".options button, .options input[type=checkbox]");
    (typed || !option ? textField() : option).focus({ preventScroll: true });
  }
})();
