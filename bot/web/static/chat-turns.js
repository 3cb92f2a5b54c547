// Draws turns. All words come from the data attributes and the template in ask.html.

import { showTime } from "./local-time.js";

/**
 * @typedef {{id: string, label: string}} Option
 * @typedef {{seq?: number, speaker: "employee"|"bot"|"agent"|"system", author?: string, at?: string, kind: string, text: string, html?: string,
 *   article?: {id: string, title: string, url: string}|null, choices?: Option[], ref?: string|null}} Turn
 */

const LONG_TEXT = 1500; // characters
const words = /** @type {HTMLElement} */ (document.getElementById("chat")).dataset;
const template = /** @type {HTMLTemplateElement} */ (document.getElementById("turn-template"));

const part = (/** @type {Element} */ element, /** @type {string} */ selector) => /** @type {HTMLElement} */ (element.querySelector(selector));

/** @returns {HTMLElement} the list item for one turn */
export function draw(/** @type {Turn} */ turn) {
  const element = /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
  const names = { employee: words.you, bot: words.bot, agent: turn.author || words.agent, system: words.system };
  element.classList.add(turn.speaker, turn.kind);
  part(element, ".who").textContent = names[turn.speaker] ?? "";
  part(element, ".badge").hidden = turn.speaker !== "agent";
  if (turn.speaker === "agent") part(element, ".face").textContent = initials(names.agent ?? "");
  fill(element, turn);
  if (turn.speaker !== "bot" && turn.text.length > LONG_TEXT) addFold(element);
  if (turn.article && turn.choices?.length) takeOutQuestion(element);
  if (turn.choices?.length) part(element, ".said").append(drawChoices(turn.choices));
  return element;
}

/** Text, article and time. Only the server's own HTML is taken as HTML; what an employee wrote never is. */
export function fill(/** @type {HTMLElement} */ element, /** @type {Turn} */ turn) {
  const body = part(element, ".body");
  if (turn.speaker !== "employee" && turn.html) body.innerHTML = turn.html;
  else body.textContent = turn.text;
  if (turn.article) addArticle(body, turn.article);
  setTime(element, turn.at);
}

/** @param {string} [at] ISO, UTC */
export function setTime(/** @type {HTMLElement} */ element, at) {
  const time = /** @type {HTMLTimeElement} */ (part(element, "time"));
  if (at) time.dateTime = at;
  if (at) showTime(time);
}

/** Says below an own message that it is on its way, or why it is not and what can be done. */
export function labelUnsent(/** @type {HTMLElement} */ element, /** @type {string|undefined} */ failed, /** @type {boolean} */ broken) {
  element.classList.toggle("pending", !failed);
  element.classList.toggle("failed", Boolean(failed));
  part(element, "time").textContent = failed || (broken ? words.waitingToSend : words.sending) || "";
  if (!failed || element.querySelector(".retry")) return;
  part(element, ".meta").append(build("button", words.retry, "quiet retry"), build("button", words.discard, "quiet discard"));
}

/** Choices rest once something was answered to them; the one that was taken stays marked. */
export function restAnswered(/** @type {HTMLElement} */ turns) {
  /** @type {string|null} */
  let answer = null;
  for (const turn of [...turns.children].reverse()) {
    restChoices(turn, answer);
    if (turn.matches(".employee:not(.failed)")) answer = part(turn, ".body").textContent;
  }
}

function restChoices(/** @type {Element} */ turn, /** @type {string|null} */ answer) {
  for (const button of turn.querySelectorAll(".choices button")) {
    button.setAttribute("aria-disabled", String(answer !== null));
    if (answer === null) button.removeAttribute("tabindex");
    else button.setAttribute("tabindex", "-1");
    if (button.textContent === answer) button.setAttribute("aria-pressed", "true");
    else button.removeAttribute("aria-pressed");
  }
}

export function toggleFold(/** @type {HTMLElement} */ button) {
  const open = button.closest(".turn")?.classList.toggle("open") ?? false;
  button.setAttribute("aria-expanded", String(open));
  button.textContent = (open ? words.showLess : words.showAll) ?? "";
}

function initials(/** @type {string} */ name) {
  const names = name.split(/\s+/).filter(Boolean);
  const ends = names.length > 1 ? [names[0], names[names.length - 1]] : names;
  return ends.map((word) => [...word][0]).join("").toUpperCase();
}

function addArticle(/** @type {HTMLElement} */ body, /** @type {{title: string, url: string}} */ article) {
  const link = /** @type {HTMLAnchorElement} */ (build("a", words.openArticle));
  link.href = article.url;
  link.append(build("span", ` – ${article.title}`, "visually-hidden"));
  const source = build("p", "", "source");
  source.append(link);
  body.classList.add("card");
  body.prepend(build("h2", article.title));
  body.append(source);
}

/** "Did this help?", the last paragraph of an article's answer, belongs to the buttons, not to the article. */
function takeOutQuestion(/** @type {HTMLElement} */ element) {
  const question = element.querySelector(".body > p:has(+ .source)");
  if (!question || question.previousElementSibling?.tagName === "H2") return;
  question.className = "ask";
  part(element, ".said").append(question);
}

function addFold(/** @type {HTMLElement} */ element) {
  const button = build("button", words.showAll, "quiet fold");
  button.setAttribute("aria-expanded", "false");
  element.classList.add("long");
  part(element, ".meta").append(button);
}

function drawChoices(/** @type {Option[]} */ choices) {
  const list = build("ul", "", "choices");
  list.setAttribute("aria-label", words.choices ?? "");
  for (const choice of choices) {
    const button = build("button", choice.label);
    Object.assign(button.dataset, { say: choice.label, choice: choice.id });
    const item = build("li");
    item.append(button);
    list.append(item);
  }
  return list;
}

function build(/** @type {string} */ tag, /** @type {string|undefined} */ text = "", className = "") {
  const element = document.createElement(tag);
  if (tag === "button") element.setAttribute("type", "button");
  element.className = className;
  element.textContent = text;
  return element;
}
