// Shows the photos that were chosen, from memory and before anything is sent, each to be removed again.
"use strict";
(() => {
  const MB = 1000000;
  let shown = []; // addresses of pictures in memory

  document.addEventListener("change", (event) => {
    if (event.target.matches("#photo")) draw(event.target);
  });
  document.addEventListener("taken", forget);
  document.addEventListener("closed", () => {
    forget();
    for (const image of document.querySelectorAll(".chosen img")) image.remove(); // they stay chosen
  });

  function draw(input) {
    const [list, note] = input.parentElement.querySelectorAll(".chosen, [role=status]");
    forget();
    list.hidden = !input.files.length;
    list.replaceChildren(...Array.from(input.files, (file, i) => item(input, file, i)));
    note.textContent = input.files.length ? said(input.dataset.chosen, { count: input.files.length }) : "";
  }

  function item(input, file, i) {
    const image = new Image();
    image.src = URL.createObjectURL(file);
    image.alt = said(input.dataset.photo, { number: i + 1 });
    shown.push(image.src);
    const words = document.createElement("span");
    const size = Math.max(0.1, file.size / MB);
    words.textContent = said(input.dataset.size, { number: i + 1, size });
    const remove = document.createElement("button");
    Object.assign(remove, { type: "button", className: "option" });
    remove.textContent = said(input.dataset.remove, { number: i + 1 });
    remove.addEventListener("click", () => leaveOut(input, i));
    const line = document.createElement("li");
    line.append(image, words, remove);
    return line;
  }

  function leaveOut(input, i) {
    const kept = new DataTransfer();
    for (const [j, file] of Array.from(input.files).entries()) if (j !== i) kept.items.add(file);
    input.files = kept.files;
    draw(input);
    const buttons = input.parentElement.querySelectorAll(".chosen button");
    (buttons[Math.min(i, buttons.length - 1)] ?? input).focus();
  }

  function forget() {
    shown.forEach((address) => URL.revokeObjectURL(address));
    shown = [];
  }

  function said(words, values) {
    const inWords = (number) => number.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
    return words.replace(/%\((\w+)\)s/g, (_, name) => inWords(values[name]));
  }
})();
