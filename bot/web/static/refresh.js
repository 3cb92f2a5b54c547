// Renews the parts of a page that say where they come from: <div data-refresh="/desk/queue" data-every="4">, in seconds.
// One with data-follow is scrolled along when its end was on the screen.
// Keeps what is typed into <textarea data-keep="name"> until the page says <p data-sent="name">.

import { showTimes } from "./local-time.js";

const CONTAINERS = new Set(["DIV", "SECTION", "DETAILS", "OL", "UL"]); // elements that hold only elements: compared child by child
const DRAFT = "zerolevel.draft.";

/** What the server drew, without the reader's own way of writing a time. @param {Element} element */
function drawn(element) {
  const copy = /** @type {Element} */ (element.cloneNode(true));
  for (const time of copy.querySelectorAll("time")) time.replaceWith(time.dateTime);
  return copy;
}

/**
 * Changes only what is different, so that a screen reader hears what is new and nothing else, and what was opened stays open.
 * @param {Element} shown
 * @param {ParentNode} fresh
 */
function merge(shown, fresh) {
  const [before, after] = [[...shown.children], [...fresh.children]];
  after.forEach((child, at) => mergeChild(shown, before[at], child));
  before.slice(after.length).forEach((child) => child.remove());
}

function mergeChild(/** @type {Element} */ shown, /** @type {Element|undefined} */ before, /** @type {Element} */ after) {
  if (before instanceof HTMLDetailsElement && after instanceof HTMLDetailsElement) after.open = before.open;
  if (!before) shown.append(after);
  else if (drawn(before).isEqualNode(drawn(after))) return;
  else if (CONTAINERS.has(before.tagName) && before.cloneNode(false).isEqualNode(after.cloneNode(false))) merge(before, after);
  else before.replaceWith(after);
}

/** @returns {Promise<boolean>} whether it is worth asking again */
async function renew(/** @type {HTMLElement} */ part) {
  const response = await fetch(part.dataset.refresh ?? "");
  if (response.redirected) return signedOut();
  if (!response.ok) return true;
  const fresh = document.createElement("template");
  fresh.innerHTML = await response.text();
  const focused = part.contains(document.activeElement) ? document.activeElement?.id : "";
  const [atEnd, height] = [part.getBoundingClientRect().bottom < innerHeight, part.offsetHeight];
  merge(part, fresh.content);
  showTimes(part);
  if ("follow" in part.dataset && atEnd) scrollBy({ top: part.offsetHeight - height, behavior: "instant" });
  if (focused && !part.contains(document.activeElement)) document.getElementById(focused)?.focus({ preventScroll: true });
  return true;
}

function signedOut() {
  const notice = document.getElementById("signed-out");
  if (notice) notice.hidden = false;
  return false;
}

/** Ctrl+Enter (or Cmd+Enter) sends what is being written. @param {KeyboardEvent} event */
function sendByKey(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !(event.target instanceof HTMLTextAreaElement)) return;
  event.preventDefault();
  event.target.form?.requestSubmit();
}

async function renewForever(/** @type {HTMLElement} */ part) {
  for (let wanted = true; wanted; ) {
    await new Promise((done) => setTimeout(done, Number(part.dataset.every) * 1000));
    if (!document.hidden) wanted = await renew(part).catch(() => true);
  }
}

function keep(/** @type {HTMLTextAreaElement} */ box) {
  const name = DRAFT + box.dataset.keep;
  box.value ||= sessionStorage.getItem(name) ?? "";
  box.addEventListener("input", () => sessionStorage.setItem(name, box.value));
}

/** Said once: a reload does not say it again. */
function forgetSent() {
  for (const sent of document.querySelectorAll("[data-sent]")) sessionStorage.removeItem(DRAFT + sent.getAttribute("data-sent"));
  if (location.search.includes("done=")) history.replaceState(null, "", location.pathname + location.hash);
}

forgetSent();
document.querySelectorAll("textarea[data-keep]").forEach((box) => keep(/** @type {HTMLTextAreaElement} */ (box)));
document.querySelectorAll("[data-refresh]").forEach((part) => renewForever(/** @type {HTMLElement} */ (part)));
document.addEventListener("keydown", sendByKey);
