// Keeps the phones fresh without touching what is being typed, and sends without loading the page anew.
"use strict";

const main = () => document.querySelector("main");

async function refresh() {
  const response = await fetch("/", { cache: "no-store" });
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  main().dataset.seen = fresh.querySelector("main").dataset.seen;
  const browser = main().querySelector(".browser");
  for (const phone of fresh.querySelectorAll(".phone")) {
    const now = phone.querySelector(".live");
    const shown = document.getElementById(now.id);
    if (!shown) main().insertBefore(phone, browser);
    else if (shown.innerHTML !== now.innerHTML) {
      shown.replaceWith(now);
      scrollDown(now);
    }
  }
}

function scrollDown(live) {
  const list = live.querySelector(".bubbles");
  list.scrollTop = list.scrollHeight;
}

async function follow() {
  for (;;) {
    try {
      await fetch(`/changed?since=${main().dataset.seen}`, { cache: "no-store" });
      await refresh();
    } catch (error) {
      console.warn("The simulator does not answer", error);
      await new Promise((soon) => setTimeout(soon, 2000));
    }
  }
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  form.querySelector("details")?.removeAttribute("open");
  const text = form.elements.namedItem("text");
  const written = text?.value ?? "";
  if (text) text.value = "";
  const answer = await fetch(form.action, { method: "POST", body });
  if (!answer.ok) {
    if (text) text.value = written;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    alert(page.querySelector(".problem")?.textContent ?? "That could not be sent.");
  }
  await refresh();
});

// The left half of the screen stays the phones', the right one is the inbox's.
document.querySelector("a.inbox")?.addEventListener("click", (event) => {
  const { availWidth: width, availHeight: height } = screen;
  const place = `left=${Math.round(width / 2)},top=0,width=${Math.round(width / 2)},height=${height}`;
  if (window.open(event.currentTarget.href, "frontdesk-inbox", place)) event.preventDefault();
});

document.querySelectorAll(".live").forEach(scrollDown);
if (main()?.dataset.seen !== undefined) follow();
