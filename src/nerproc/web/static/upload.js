// Files of the page "New scan": dropped or chosen, sent with progress. Without this file the form sends them itself.
"use strict";

{
  const form = document.getElementById("upload-form");
  const drop = document.getElementById("drop");
  const said = document.getElementById("upload-said");
  const sending = document.getElementById("sending");
  const send = form.querySelector("button.primary");
  const cancel = document.getElementById("cancel");
  const inputs = form.querySelectorAll("input[type=file]");
  let request = null; // that is under way

  const size = (bytes) => {
    const units = ["B", "kB", "MB", "GB", "TB"];
    const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
    return `${(bytes / 1000 ** power).toFixed(power ? 1 : 0)} ${units[power]}`;
  };

  const complain = (...texts) => {
    said.replaceChildren(...texts.map((text, number) => {
      const line = document.createElement("p");
      line.className = number ? "hint" : "error";
      line.textContent = text;
      return line;
    }));
  };

  const busy = (is) => {
    sending.hidden = cancel.hidden = !is;
    send.disabled = is;
    for (const input of inputs) input.disabled = is;
  };

  const show = (done, total) => {
    const share = total ? done / total : 1;
    sending.querySelector("progress").value = share;
    const text = share < 1 ? `${size(done)} of ${size(total)}` : "Sent; the server puts it away";
    sending.querySelector(".of").textContent = text;
  };

  // What the answer says is wrong, or where it leads to.
  const answered = () => {
    if (request.status === 200) {
      location.assign(request.responseURL);
      return;
    }
    busy(false);
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const lines = page.querySelectorAll("#upload-said p, main .notice p");
    complain(...(lines.length ? [...lines].map((line) => line.textContent) : ["The upload failed."]));
  };

  // Send files, each with its name.
  const upload = (files) => {
    const total = files.reduce((sum, [file]) => sum + file.size, 0);
    if (!files.length) return complain("No file was chosen.");
    if (total > Number(form.dataset.most)) {
      return complain(`These are ${size(total)}, and at most ${size(Number(form.dataset.most))} go at once.`, "Send fewer files.");
    }
    const body = new FormData();
    for (const [file, name] of files) body.append(inputs[0].name, file, name);
    complain();
    busy(true);
    show(0, total);
    request = new XMLHttpRequest();
    request.upload.onprogress = (event) => show(event.loaded, event.total);
    request.onload = answered;
    request.onerror = () => { busy(false); complain("The connection broke off.", "Try it again."); };
    request.onabort = () => { busy(false); complain("The upload was cancelled."); };
    request.open("POST", form.action);
    request.send(body);
  };

  // The files of what was dropped, folders with all that is in them.
  const inside = async (entry) => {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      return [[file, entry.fullPath.replace(/^\//, "")]];
    }
    const reader = entry.createReader();
    const found = [];
    for (;;) { // it hands out some at a time
      const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!entries.length) return found;
      for (const inner of entries) found.push(...await inside(inner));
    }
  };

  const dropped = async (transfer) => {
    const found = [...transfer.items].filter((item) => item.kind === "file").map((item) => {
      const entry = item.webkitGetAsEntry();
      const file = item.getAsFile(); // of what is no entry; both are gone after this turn
      return entry ? inside(entry) : [[file, file.name]];
    });
    try {
      upload((await Promise.all(found)).flat());
    } catch {
      complain("What was dropped cannot be read.", "Choose the files instead.");
    }
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    upload([...inputs].flatMap((input) => [...input.files]).map((file) => [file, file.webkitRelativePath || file.name]));
  });
  cancel.addEventListener("click", () => request.abort());
  form.querySelector(".target").hidden = false;
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    if (!sending.hidden) return;
    dropped(event.dataTransfer);
  });
}
