/** What the visitor sees: the button, and the panel with the chat. */

import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Chat, Place, Shown, Waiting } from "./chat";
import { Body } from "./contents";
import { Bubble, Clip, Cross, Down, Plane } from "./icons";
import { direction, ENGLISH, say, type Texts } from "./texts";
import type { Content } from "./wire";

const LONGEST = 10_000;
const NEAR_END = 60; // px from the end that still count as reading along

export class Stage {
  readonly open = signal(false);
  readonly texts = signal<Texts>(ENGLISH);
  readonly language = signal("en");
  readonly narrow = signal(false);

  constructor(
    readonly chat: Chat,
    readonly title: string | null,
    readonly server: string,
  ) {
    const narrow = matchMedia("(max-width: 480px)");
    this.narrow.value = narrow.matches;
    narrow.addEventListener("change", () => (this.narrow.value = narrow.matches));
  }

  show(open: boolean): void {
    this.open.value = open;
    if (open) this.chat.start();
  }
}

export function Widget({ stage }: { stage: Stage }) {
  const button = useRef<HTMLButtonElement>(null);
  const { open, texts, language, chat, narrow } = stage;
  const unread = chat.unread.value;
  const close = () => {
    stage.show(false);
    button.current?.focus();
  };
  const label = open.value ? texts.value.close : texts.value.open;
  return (
    <section class="root" dir={direction(language.value)} lang={language.value} aria-label={stage.title ?? texts.value.title}>
      {open.value ? <Panel stage={stage} close={close} /> : null}
      <button ref={button} class="launcher" type="button" hidden={open.value && narrow.value} aria-haspopup="dialog" aria-expanded={open.value}
        aria-label={unread ? `${label}. ${say(texts.value.unread, { n: unread })}` : label}
        onClick={() => (open.value ? close() : stage.show(true))}>
        {open.value ? <Down /> : <Bubble />}
        {unread && !open.value ? <span class="badge" aria-hidden="true">{unread > 99 ? "99+" : unread}</span> : null}
      </button>
    </section>
  );
}

function Panel({ stage, close }: { stage: Stage; close: () => void }) {
  const panel = useRef<HTMLDivElement>(null);
  const texts = stage.texts.value;
  const title = stage.title ?? texts.title;
  const agent = stage.chat.session.value?.agent;
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
    if (event.key === "Tab" && panel.current) trap(event, panel.current);
  };
  return (
    <div ref={panel} class="panel" role="dialog" aria-modal={stage.narrow.value} aria-label={title} onKeyDown={keys}>
      <header>
        <div>
          <h2 dir="auto">{title}</h2>
          {agent ? <p dir="auto">{agent}</p> : null}
        </div>
        <button class="icon" type="button" aria-label={texts.close} onClick={close}><Cross /></button>
      </header>
      <Log stage={stage} />
      <Status chat={stage.chat} texts={texts} />
      <Offers chat={stage.chat} />
      <Composer chat={stage.chat} texts={texts} />
    </div>
  );
}

/** The Tab key stays in the panel; Escape leaves it. */
function trap(event: KeyboardEvent, panel: HTMLElement): void {
  const stops = [...panel.querySelectorAll<HTMLElement>("a[href], button, input, select, textarea, [tabindex='0']")]
    .filter((one) => !one.matches(":disabled") && one.offsetParent);
  const [first, last] = [stops[0], stops.at(-1)];
  const now = (panel.getRootNode() as ShadowRoot).activeElement;
  if (event.shiftKey ? now === first : now === last) {
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }
}

function Log({ stage }: { stage: Stage }) {
  const log = useRef<HTMLDivElement>(null);
  const along = useRef(true);
  const { chat } = stage;
  const messages = chat.messages.value;
  const waiting = chat.waiting.value;
  const typing = chat.typing.value;
  const texts = stage.texts.value;

  useLayoutEffect(() => {
    if (log.current && (along.current || waiting.length)) log.current.scrollTop = log.current.scrollHeight;
  }, [messages, waiting, typing]);
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && chat.look();
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [messages]);

  const scrolled = () => {
    const { scrollHeight, scrollTop, clientHeight } = log.current!;
    along.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
  };
  const loading = chat.status.value === "connecting" && !messages.length;
  return (
    <div ref={log} class="log" role="log" aria-live="polite" aria-label={texts.messages} aria-busy={loading} tabIndex={0} onScroll={scrolled}>
      {!messages.length && !waiting.length ? <p class="hello">{texts.hello}</p> : null}
      {messages.map((message, place) => (
        <Said key={message.id} message={message} before={messages[place - 1]} next={messages[place + 1]} stage={stage} />
      ))}
      {waiting.map((one) => <Unsaid key={one.client_id} said={one} stage={stage} />)}
      {typing != null ? (
        <div class="line theirs" aria-live="off">
          <div class="bubble typing" role="img" aria-label={say(texts.typing, { name: typing || texts.somebody })}><i /><i /><i /></div>
        </div>
      ) : null}
    </div>
  );
}

function Said({ message, before, next, stage }: { message: Shown; before: Shown | undefined; next: Shown | undefined; stage: Stage }) {
  const texts = stage.texts.value;
  const { author, content } = message;
  const mine = author.kind === "customer";
  const who = mine ? texts.you : (author.name ?? texts[author.kind as "agent" | "bot" | "system"]);
  const same = (other: Shown | undefined) => other?.author.kind === author.kind && other.author.name === author.name;
  const time = new Date(message.at);
  const state = mine ? (message.seq <= (stage.chat.read.value.get(message.session) ?? 0) ? texts.state_read : texts.state_sent) : "";
  return (
    <div class={`line ${mine ? "mine" : author.kind === "system" ? "system" : "theirs"}`} data-id={message.id}>
      <span class={same(before) || mine || author.kind === "system" ? "hidden" : "who"}><bdi>{who}</bdi><span class="hidden">: </span></span>
      <div class="bubble">
        {message.recalled ? <em>{texts.recalled}</em> : <Body content={content} {...asking(stage)} answer={answering(message, stage)} />}
      </div>
      <small class={same(next) || author.kind === "system" ? "hidden" : undefined}>
        <time dateTime={message.at}>{time.toLocaleTimeString(stage.language.value, { hour: "numeric", minute: "2-digit" })}</time>
        {message.edited_at ? ` · ${texts.edited}` : ""}{state ? ` · ${state}` : ""}
      </small>
    </div>
  );
}

/** What answers a question, as long as it is open: until the visitor has said something else. */
function answering(message: Shown, { chat }: Stage): ((content: Content) => void) | null {
  const said = (one: Shown) =>
    one.author.kind === "customer" && (one.number > message.number || (one.number === message.number && one.seq > message.seq));
  const session = chat.sessions.value.get(message.session);
  const form = message.content.type === "form" && !!(session?.rating || session?.form);
  const answered = chat.waiting.value.some((one) => one.reply_to === message.seq && one.refused == null);
  if (answered || (!form && chat.messages.value.some(said))) return null;
  return (content) => chat.say(content, message.seq);
}

const asking = ({ chat, texts, server }: Stage) => ({ texts: texts.value, server, upload: (file: File) => chat.upload(file) });

function Unsaid({ said, stage }: { said: Waiting; stage: Stage }) {
  const texts = stage.texts.value;
  const refused = said.refused != null;
  return (
    <div class="line mine" data-id={said.client_id}>
      <span class="hidden">{texts.you}: </span>
      <div class={refused ? "bubble refused" : said.sent ? "bubble" : "bubble unsent"}>
        <Body content={said.content} {...asking(stage)} answer={null} />
      </div>
      {refused ? (
        <small role="alert">
          {texts.refused} <bdi>{said.refused}</bdi>{" "}
          <button type="button" class="link" onClick={() => stage.chat.again(said)}>{texts.again}</button>{" "}
          <button type="button" class="link" onClick={() => stage.chat.drop(said.client_id)}>{texts.discard}</button>
        </small>
      ) : (
        <small>{said.sent ? texts.state_sent : texts.state_waiting}</small>
      )}
    </div>
  );
}

function Status({ chat, texts }: { chat: Chat; texts: Texts }) {
  const phase = chat.session.value?.phase;
  const status = chat.status.value;
  const place = chat.place.value;
  const told =
    status === "unavailable" ? texts.unavailable
    : status === "waiting" ? texts.waiting
    : status === "connecting" ? texts.connecting
    : chat.notice.value ? chat.notice.value
    : phase === "closed" ? texts.closed
    : phase === "queued" && place && place.session === chat.session.value?.id ? standing(place, texts)
    : phase === "queued" || phase === "unassigned" ? texts.queued
    : "";
  return <p class={`status ${status}`} role="status">{told}</p>;
}

const standing = ({ position, wait_seconds }: Place, texts: Texts) =>
  wait_seconds == null
    ? say(texts.place, { n: position })
    : say(texts.place_wait, { n: position, m: Math.max(1, Math.ceil(wait_seconds / 60)) });

/** What may be done besides writing: begin anew, rate, leave a message. */
function Offers({ chat }: { chat: Chat }) {
  const session = chat.session.value;
  const offers = (session?.offers ?? []).filter(({ id }) => !(session?.rating && id === "after:rate"));
  if (!offers.length || chat.waiting.value.length) return null;
  return (
    <div class="options row offers" role="group">
      {offers.map(({ id, label }) => (
        <button key={id} type="button" class="option" onClick={() => chat.say({ type: "chosen", id, label })}><bdi>{label}</bdi></button>
      ))}
    </div>
  );
}

function Composer({ chat, texts }: { chat: Chat; texts: Texts }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const [trouble, setTrouble] = useState("");
  const unable = chat.status.value === "unavailable";
  useEffect(() => area.current?.focus(), []);
  const attach = async () => {
    for (const file of files.current?.files ?? []) {
      setTrouble((await chat.attach(file)) ? "" : `${file.name}: ${texts.refused}`);
    }
    files.current!.value = "";
  };
  const typed = () => {
    const field = area.current!;
    field.rows = Math.min(5, field.value.split("\n").length);
    field.dir = field.value ? "auto" : ""; // empty it would be left to right, whatever the language of its hint
    if (field.value.trim()) chat.writes();
  };
  const send = () => {
    const field = area.current!;
    const text = field.value.trim();
    if (text) chat.say({ type: "text", text });
    field.value = "";
    typed();
    field.focus();
  };
  const keys = (event: KeyboardEvent) => {
    // While an input method composes (Japanese, Chinese), Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <>
    {trouble ? <p class="status waiting" role="alert">{trouble}</p> : null}
    <form class="composer" onSubmit={(event) => { event.preventDefault(); send(); }}>
      <input ref={files} type="file" multiple hidden onChange={() => void attach()} />
      <button class="icon" type="button" aria-label={texts.attach} disabled={chat.status.value !== "open"} onClick={() => files.current?.click()}><Clip /></button>
      <textarea ref={area} rows={1} maxLength={LONGEST} placeholder={texts.write} aria-label={texts.write}
        disabled={unable} onKeyDown={keys} onInput={typed} />
      <button class="icon send" type="submit" aria-label={texts.send} disabled={unable}><Plane /></button>
    </form>
    </>
  );
}
