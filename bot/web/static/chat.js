// The chat page. Every message is kept in the browser until the server has it, and every turn is shown once, by its `seq`.
// Beside it: chat-turns.js draws a turn, chat-wire.js stores and fetches.

import { draw, fill, labelUnsent, restAnswered, setTime, toggleFold } from "./chat-turns.js";
import { memory, newRef, pause, request } from "./chat-wire.js";

/**
 * @typedef {import("./chat-turns.js").Turn & {seq: number}} Turn
 * @typedef {import("./chat-wire.js").Message} Message
 */

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const words = byId("chat").dataset;
const turns = byId("turns");
const form = /** @type {HTMLFormElement} */ (byId("composer"));
const input = /** @type {HTMLTextAreaElement} */ (byId("say"));
const hasMouse = matchMedia("(hover: hover) and (pointer: fine)");
const pageTitle = document.title;

const SHORT_SILENCE = 4000; // milliseconds a broken stream may take to come back before we mention it
const LONG_WAIT = 1500; // milliseconds until a screen reader hears that we are looking
const NEAR_END = 80; // pixels

let conversation = memory.conversation();
let holder = "bot";
let holderChanges = 0;
let cursor = 0; // the history and the stream have given us everything up to this seq
let ready = false;
let sending = false;
/** @type {EventSource|null} */
let stream = null;
let longWait = 0;
/** @type {Map<number, HTMLElement>} */
const shown = new Map();
/** @type {Map<string, {message: Message, element: HTMLElement}>} */
const unsent = new Map();
const trouble = { sending: false, reading: false, stream: false };

// ---------- Sending ----------

/** Takes one message from the employee: keeps it, shows it, sends it when its turn comes. */
function say(/** @type {string} */ text, /** @type {string|null} */ choice = null) {
  keep({ ref: newRef(), text, choice, at: Date.now() });
  settle();
  sendAll();
  follow(turns.lastElementChild);
}

function keep(/** @type {Message} */ message) {
  memory.keepMessage(message);
  const element = draw({ speaker: "employee", kind: "text", text: message.text });
  const before = unsent.get(message.ref)?.element;
  element.dataset.ref = message.ref;
  labelUnsent(element, message.failed, trouble.sending);
  unsent.set(message.ref, { message, element });
  if (before) before.replaceWith(element);
  else turns.append(element);
}

async function sendAll() {
  if (sending || !ready) return;
  sending = true;
  try {
    for (let next = nextMessage(); next; next = nextMessage()) await send(next);
  } finally {
    sending = false;
    settle();
  }
}

function nextMessage() {
  return [...unsent.values()].map((entry) => entry.message).find((message) => !message.failed);
}

async function send(/** @type {Message} */ message) {
  drawState();
  const changes = holderChanges;
  const body = JSON.stringify({ conversation, ref: message.ref, text: message.text, choice: message.choice });
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body };
  const answer = await request("/api/chat", options, { wanted: () => unsent.has(message.ref), trouble: (broken) => setTrouble("sending", broken) });
  if (!answer) return;
  if (answer.status === 404 && conversation) return moveTo(null);
  if (answer.status >= 400) return keep({ ...message, failed: reasonOf(answer.data) });
  moveTo(answer.data.conversation);
  settleMessage(message.ref, answer.data.seq);
  showAll(answer.data.replies);
  if (changes === holderChanges) setHolder(answer.data.holder);
}

/** FastAPI's own validation errors are lists; only a sentence is for people. */
function reasonOf(/** @type {any} */ data) {
  return typeof data?.detail === "string" ? data.detail : words.notSent;
}

/** The server has the message: it is a turn like all others now. */
function settleMessage(/** @type {string} */ ref, /** @type {number} */ seq) {
  const entry = unsent.get(ref);
  if (!entry) return;
  forgetMessage(ref);
  if (shown.has(seq)) return entry.element.remove();
  entry.element.classList.remove("pending");
  setTime(entry.element, new Date(entry.message.at).toISOString());
  place(entry.element, seq);
}

function forgetMessage(/** @type {string} */ ref) {
  memory.dropMessage(ref);
  unsent.delete(ref);
}

// ---------- Receiving ----------

/** Fetches what we have not seen, then listens. An unknown conversation is forgotten without a word. */
async function catchUp() {
  const wanted = conversation;
  if (!wanted) return;
  const watch = { wanted: () => conversation === wanted, trouble: (/** @type {boolean} */ broken) => setTrouble("reading", broken) };
  const answer = await request(`/api/chat/${encodeURIComponent(wanted)}?after=${cursor}`, {}, watch);
  if (!answer || conversation !== wanted) return;
  if (answer.status >= 400) return moveTo(null);
  showAll(answer.data.turns);
  cursor = Math.max(cursor, ...answer.data.turns.map((/** @type {Turn} */ turn) => turn.seq));
  setHolder(answer.data.holder);
  if (!stream) listen();
}

function listen() {
  stopListening();
  if (!conversation) return;
  const source = new EventSource(`/api/chat/${encodeURIComponent(conversation)}/events?after=${cursor}`);
  const heard = (/** @type {(data: any) => void} */ act) => (/** @type {MessageEvent} */ event) => stream === source && act(JSON.parse(event.data));
  stream = source;
  source.addEventListener("turn", heard(hear));
  source.addEventListener("holder", heard((data) => setHolder(data.holder)));
  source.addEventListener("open", () => stream === source && setTrouble("stream", false));
  source.addEventListener("error", () => stream === source && bearSilence(source));
}

function stopListening() {
  stream?.close();
  stream = null;
  setTrouble("stream", false);
}

function hear(/** @type {Turn} */ turn) {
  cursor = Math.max(cursor, turn.seq);
  showAll([turn]);
  if (document.hidden && turn.speaker !== "employee") document.title = `● ${pageTitle}`;
}

/** The browser reconnects by itself unless the server refused it. */
async function bearSilence(/** @type {EventSource} */ source) {
  setTimeout(() => stream === source && setTrouble("stream", source.readyState !== EventSource.OPEN), SHORT_SILENCE);
  if (source.readyState !== EventSource.CLOSED) return;
  await pause(2);
  if (stream !== source) return;
  stopListening();
  await catchUp();
}

/** Another conversation from here on: what was said before stays on the page, above a line. */
function moveTo(/** @type {string|null} */ id) {
  if (id === conversation) return;
  conversation = id;
  memory.keepConversation(id);
  shown.forEach((element) => delete element.dataset.seq);
  shown.clear();
  cursor = 0;
  setHolder("bot");
  const last = lastOf(":not(.pending, .failed)");
  if (last && id) last.after(draw({ speaker: "system", kind: "text", text: words.newConversation ?? "" }));
  listen();
}

const lastOf = (/** @type {string} */ selector) => [...turns.children].reverse().find((turn) => turn.matches(selector));

// ---------- Showing ----------

function showAll(/** @type {Turn[]} */ list) {
  const atEnd = document.documentElement.scrollHeight - scrollY - innerHeight < NEAR_END;
  const last = list.filter(show).pop();
  settle();
  if (!last || !ready) return;
  if (atEnd || last.speaker === "bot") follow(last.speaker === "bot" ? (lastOf(".employee")?.nextElementSibling ?? lastOf(".bot")) : shown.get(last.seq));
  else if (last.speaker !== "employee") byId("news").hidden = false;
}

/** @returns {boolean} whether the turn is new on this page */
function show(/** @type {Turn} */ turn) {
  if (turn.ref) settleMessage(turn.ref, turn.seq);
  const known = shown.get(turn.seq);
  if (known && turn.speaker === "employee") fill(known, turn);
  if (!known) place(draw(turn), turn.seq);
  return !known;
}

/** Puts a turn where its seq belongs; what is not sent yet stays last. */
function place(/** @type {HTMLElement} */ element, /** @type {number} */ seq) {
  let before = turns.lastElementChild;
  while (before && (before === element || before.matches(".pending, .failed") || Number(before.getAttribute("data-seq")) > seq)) before = before.previousElementSibling;
  element.dataset.seq = String(seq);
  shown.set(seq, element);
  if (element.isConnected && element.previousElementSibling === before) return;
  if (before) before.after(element);
  else turns.prepend(element);
}

/** After every change: answered choices rest, the welcome makes room, the lines tell how things stand. */
function settle() {
  restAnswered(turns);
  const empty = !turns.children.length;
  byId("welcome").hidden = !empty;
  byId("start-over").hidden = turns.hidden = empty;
  drawState();
}

function setHolder(/** @type {string} */ value) {
  if (value !== holder) holderChanges += 1;
  holder = value;
  drawState();
}

function setTrouble(/** @type {"sending"|"reading"|"stream"} */ where, /** @type {boolean} */ broken) {
  trouble[where] = broken;
  unsent.forEach(({ message, element }) => labelUnsent(element, message.failed, trouble.sending));
  drawState();
}

/** The line above the input, the words in it, the three dots. */
function drawState() {
  const broken = Object.values(trouble).includes(true);
  const withPerson = holder === "person";
  setText(byId("status"), broken ? words.trouble : withPerson ? words.withPerson : "");
  byId("status").classList.toggle("trouble", broken);
  input.placeholder = (withPerson ? words.writeHere : words.askHere) ?? "";
  drawWaiting(sending && !withPerson && !broken && Boolean(nextMessage()));
}

function drawWaiting(/** @type {boolean} */ waiting) {
  if (byId("waiting").hidden !== waiting) return;
  byId("waiting").hidden = !waiting;
  clearTimeout(longWait);
  if (waiting) longWait = setTimeout(() => setText(byId("looking"), words.looking), LONG_WAIT);
  else setText(byId("looking"), "");
}

/** A live region speaks on every change, so nothing is changed without need. */
function setText(/** @type {HTMLElement} */ element, /** @type {string|undefined} */ text = "") {
  if (element.textContent !== text) element.textContent = text;
}

/** Goes down to the end, but never so far that the top of `anchor` leaves the screen, and never up. */
function follow(/** @type {Element|null|undefined} */ anchor) {
  const end = document.documentElement.scrollHeight - innerHeight;
  const limit = anchor ? anchor.getBoundingClientRect().top + scrollY - 16 : end;
  scrollTo({ top: Math.max(scrollY, Math.min(end, limit)), behavior: "instant" });
  byId("news").hidden = nothingBelow();
}

/** Whether the end, with the buttons under an answer, is on the screen. */
const nothingBelow = () => document.documentElement.scrollHeight - scrollY - innerHeight < NEAR_END / 4;

// ---------- What the employee does ----------

function submit(/** @type {Event} */ event) {
  event.preventDefault();
  const text = input.value.trim();
  input.focus();
  if (!text) return;
  input.value = "";
  growInput();
  say(text);
}

function pressKey(/** @type {KeyboardEvent} */ event) {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!event.repeat) form.requestSubmit();
}

/** For browsers without `field-sizing: content`. */
function growInput() {
  if (CSS.supports("field-sizing", "content")) return;
  input.style.height = "auto";
  input.style.height = `${input.scrollHeight}px`;
}

function press(/** @type {MouseEvent} */ event) {
  const button = /** @type {HTMLElement|null} */ (event.target instanceof Element ? event.target.closest("button") : null);
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  if (button.dataset.say) pressAnswer(button, button.dataset.say);
  else if (button.matches(".fold")) toggleFold(button);
  else if (button.matches(".retry, .discard")) decideFailed(button);
  else if (button.id === "news") follow(null);
}

/** A second click on a button whose message is still on its way says nothing new. */
function pressAnswer(/** @type {HTMLElement} */ button, /** @type {string} */ text) {
  const choice = button.dataset.choice ?? null;
  const onItsWay = [...unsent.values()].some(({ message }) => !message.failed && message.text === text && message.choice === choice);
  if (!onItsWay) say(text, choice);
  if (hasMouse.matches) input.focus({ preventScroll: true });
  else if (button.closest("[hidden]")) byId("main").focus({ preventScroll: true });
}

function decideFailed(/** @type {HTMLElement} */ button) {
  const entry = unsent.get(button.closest("li")?.dataset.ref ?? "");
  if (!entry) return;
  forgetMessage(entry.message.ref);
  entry.element.remove();
  if (button.matches(".retry")) keep({ ...entry.message, failed: undefined });
  settle();
  input.focus({ preventScroll: true });
  sendAll();
}

/** A page nobody looks at gives its connection back, unless a person may answer any moment. */
function changeVisibility() {
  if (document.hidden && holder === "bot") return stopListening();
  if (document.hidden) return;
  document.title = pageTitle;
  if (!stream) catchUp();
}

/** Another tab started or lost the conversation: go with it. */
function hearOtherTab(/** @type {StorageEvent} */ event) {
  if (!memory.isConversation(event)) return;
  moveTo(event.newValue);
  catchUp();
}

async function start() {
  form.addEventListener("submit", submit);
  input.addEventListener("keydown", pressKey);
  input.addEventListener("input", growInput);
  document.addEventListener("click", press);
  document.addEventListener("visibilitychange", changeVisibility);
  addEventListener("scroll", () => { if (nothingBelow()) byId("news").hidden = true; }, { passive: true });
  addEventListener("storage", hearOtherTab);
  addEventListener("pageshow", (event) => event.persisted && catchUp());
  memory.messages().forEach(keep);
  settle();
  growInput();
  if (hasMouse.matches) input.focus({ preventScroll: true });
  await catchUp();
  ready = true;
  turns.removeAttribute("aria-busy");
  if (turns.children.length) follow(null);
  sendAll();
}

start();
