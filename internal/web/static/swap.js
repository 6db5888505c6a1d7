// Replaces one element of the page by the answer of another address of the same page.
// <form data-swap="results"> and <a data-swap="results"> ask for their address with the
// header Sekimori-Swap and take the element with that id from the answer. Without this
// module, and whenever anything is out of the ordinary, the browser loads the whole page.

let running;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-swap]") || form.method !== "get") return;
  event.preventDefault();
  const url = new URL(form.action);
  const filled = [...new FormData(form, event.submitter)].filter(([, value]) => value !== "");
  url.search = new URLSearchParams(filled);
  swap(url, form.dataset.swap);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || elsewhere) return;
  event.preventDefault();
  swap(new URL(link.href), link.dataset.swap);
});

// Only entries of the history that were made here come back here; steps between anchors of
// the page do not.
window.addEventListener("popstate", (event) => {
  if (event.state?.swapped) location.reload();
});

// <form method="post"> is sent once, however fast its button is pressed again.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.ariaBusy) event.preventDefault();
  form.ariaBusy = "true";
  setTimeout(() => (form.ariaBusy = null), 10_000); // the reader may have stopped it
});

// <div id="x" data-refresh="5"> asks for itself again after five seconds, until the answer
// does not say so any more.
watch();

function watch() {
  const element = document.querySelector("[data-refresh]");
  if (element) setTimeout(refresh, element.dataset.refresh * 1000, element);
}

async function refresh(old) {
  try {
    if (document.hidden) throw new Error("nobody looks");
    const fresh = await ask(location.href, old.id);
    if (!old.isConnected) return watch();
    const focused = old.contains(document.activeElement) ? selector(document.activeElement) : "";
    old.replaceWith(fresh);
    restore(fresh, null, focused);
    announce(fresh);
    if (!fresh.dataset.refresh) document.getElementById("refreshing")?.remove();
    watch();
  } catch {
    watch(); // the server may be back by then
  }
}

// The element of that id as the address shows it now.
async function ask(url, id, signal) {
  const answer = await fetch(url, { headers: { "Sekimori-Swap": id }, signal });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(id);
  if (!answer.ok || !fresh) throw new Error("no such element");
  return fresh;
}

async function swap(url, id) {
  const old = document.getElementById(id);
  running?.abort();
  running = new AbortController();
  old?.setAttribute("aria-busy", "true");
  try {
    const fresh = await ask(url, id, running.signal);
    if (!old) throw new Error("nothing to replace");
    const focused = old.contains(document.activeElement) ? selector(document.activeElement) : "";
    const first = fresh.querySelector("[autofocus]");
    first?.removeAttribute("autofocus"); // the browser heeds it only while a page loads
    old.replaceWith(fresh);
    history.replaceState({ swapped: true }, "");
    history.pushState({ swapped: true }, "", url);
    restore(fresh, first, focused);
    announce(fresh);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
  }
}

// Names the element so that it is found again in the answer.
function selector(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  return `a[href="${CSS.escape(element.getAttribute("href") ?? "")}"]`;
}

// Puts the focus on the summary of errors if there is one, else back where it was, else on
// the new element.
function restore(fresh, first, focused) {
  if (!first && !focused) return;
  let target = first ?? fresh.querySelector(focused);
  if (!target) {
    target = fresh;
    target.tabIndex = -1;
  }
  target.focus();
}

// Says aloud what has changed: the sentence that the element marks with data-say, or holds
// in it, once.
function announce(fresh) {
  const says = fresh.querySelector("[data-say]");
  const words = says?.dataset.say || says?.textContent || "";
  const said = document.getElementById("said");
  if (said.textContent !== words) said.textContent = words;
}
