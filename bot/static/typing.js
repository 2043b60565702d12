// Keeps what is being typed or ticked over a reload, a change of language, a browser that closed the page
// for want of memory. In sessionStorage: of this tab only, and gone with it; localStorage would leave it on
// the device for whoever uses it next. It goes when sent, erased, left, or when the chat is closed.
"use strict";
(() => {
  const KEY = "typed";
  const compose = document.getElementById("compose");
  let closed = false;

  function field() {
    return document.getElementById("text");
  }

  function step() {
    return compose.querySelector(".options [name=step]")?.value ?? "";
  }

  function keep() {
    const text = field()?.value ?? "";
    const ticked = Array.from(compose.querySelectorAll(".options :checked"), (box) => box.value);
    if (closed || (!text && !ticked.length)) forget();
    else stored((storage) => storage.setItem(KEY, JSON.stringify({ text, step: step(), ticked })));
  }

  function forget() {
    stored((storage) => storage.removeItem(KEY));
  }

  function restore() {
    const kept = stored((storage) => JSON.parse(storage.getItem(KEY)));
    if (!kept) return;
    if (field() && !field().value) field().value = kept.text;
    for (const box of compose.querySelectorAll(".options [type=checkbox]")) {
      if (kept.step === step() && kept.ticked.includes(box.value)) box.checked = true;
    }
  }

  function stored(use) {
    try {
      return use(sessionStorage);
    } catch {
      return null; // a browser that stores nothing
    }
  }

  compose.addEventListener("input", keep);
  document.addEventListener("taken", (event) => {
    closed = false;
    if (event.detail.typed) forget();
  });
  document.addEventListener("closed", () => {
    closed = true;
    forget();
  });
  // In the story, Enter is a new line.
  compose.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    if (!event.target.matches("textarea")) return;
    event.preventDefault();
    event.target.form.requestSubmit(event.target.form.querySelector(".go"));
  });
  restore();
})();
