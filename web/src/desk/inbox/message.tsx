/** One message in the log: who, what, how it fares, and what can be done with it. */

import { Check, CheckCheck, Clock, Copy, CornerUpLeft, Ear, Ellipsis, Eye, RotateCcw, StickyNote, TriangleAlert, Undo2 } from "lucide";
import { memo } from "preact/compat";

import { api, ok, sentence } from "../api/client";
import { fullTime, timeOf } from "../texts";
import { Icon } from "../ui/icon";
import { Menu, type Item } from "../ui/menu";
import { toast } from "../ui/toast";
import type { Message } from "./book";
import { discard, send, type Chat, type Sendable, type Unsent } from "./chats";
import { Body } from "./content";
import { preview } from "./preview";
import { t } from "./texts";
import { Translated } from "./translation";

export type Doings = { reply: (message: Message) => void; edit: (unsent: Unsent) => void; jump: (seq: number) => void; supervises: boolean };

type Props = { message: Message; before: Message | undefined; chat: Chat; doings: Doings };

const AGAIN: ReadonlySet<string> = new Set(["text", "image", "audio", "video", "file", "location", "contact", "choice", "template", "sticker"]);

export const Said = memo(function Said({ message, before, chat, doings }: Props) {
  const { author, content } = message;
  const side = author.kind === "customer" ? "theirs" : author.kind === "system" ? "system" : content.type === "note" || content.type === "summary" ? "noted" : "ours";
  const joined = before && before.author.kind === author.kind && before.author.id === author.id && (before.content.type === "note") === (content.type === "note") && Date.parse(message.at) - Date.parse(before.at) < 300_000;
  const who = author.name ?? t(`author_${author.kind}`);
  const quoted = message.reply_to ? chat.messages.peek().find((one) => one.seq === message.reply_to) : undefined;
  const whisper = content.type === "note" && content.whisper;
  return (
    <li class={`said ${side}${joined ? " joined" : ""}${message.state === "failed" ? " bad" : ""}`} id={`m${message.seq}`} data-id={message.id}>
      {joined || side === "system" ? null : <p class="who"><bdi>{who}</bdi>{author.kind === "bot" ? <span class="chip">{t("author_bot")}</span> : null}{whisper ? <span class="chip note"><Icon of={Ear} size={12} />{t("whisper")}</span> : content.type === "note" ? <span class="chip note"><Icon of={StickyNote} size={12} />{t("note")}</span> : null}</p>}
      <div class="line">
        <div class="bubble">
          {side === "system" ? <span class="unseen">{who}: </span> : null}
          {quoted ? <button type="button" class="quote" onClick={() => doings.jump(quoted.seq)}><bdi>{quoted.author.name ?? t(`author_${quoted.author.kind}`)}</bdi><span class="clip" dir="auto">{preview(quoted.content)}</span></button> : message.reply_to ? <p class="quote">{t("answers", { n: message.reply_to })}</p> : null}
          {message.recalled ? <p class="recalled">{t("recalled")}</p> : <Body content={content} />}
          {message.translation && !message.recalled ? <Translated of={message.translation} /> : null}
          {doings.supervises && message.original ? <details class="original"><summary>{t("original")}</summary><Body content={message.original} /></details> : null}
        </div>
        <Actions message={message} chat={chat} doings={doings} />
      </div>
      <Foot message={message} />
      {message.state === "failed" ? <Failed message={message} chat={chat} /> : null}
    </li>
  );
});

function Foot({ message }: { message: Message }) {
  return (
    <p class="foot">
      <time dateTime={message.at} title={fullTime(message.at)}>{timeOf(message.at)}</time>
      {message.late ? <span class="chip" title={t("late_hint")}>{t("late")}</span> : null}
      {message.edited_at ? <span>{t("edited")}</span> : null}
      {message.maybe_twice ? <span class="chip warn" title={t("maybe_twice_hint")}>{t("maybe_twice")}</span> : null}
      {message.hits?.length ? <span class="chip bad"><Icon of={TriangleAlert} size={12} />{message.hits.join(", ")}</span> : null}
      {message.state ? <State state={message.state} /> : null}
    </p>
  );
}

const SIGNS = { queued: Clock, sent: Check, delivered: CheckCheck, read: Eye, failed: TriangleAlert };

function State({ state }: { state: keyof typeof SIGNS }) {
  return <span class={`state ${state}`} title={t(`state_${state}`)}><Icon of={SIGNS[state]} size={14} /><span class="unseen">{t(`state_${state}`)}</span></span>;
}

function Failed({ message, chat }: { message: Message; chat: Chat }) {
  const content = message.content;
  const again = () => send({ session: chat.id, as: content.type === "template" ? "template" : "reply", content: content as Sendable });
  return (
    <p class="failure" role="note">
      <span dir="auto">{t("not_sent")} {message.error?.reason ?? ""}</span>
      {AGAIN.has(content.type) ? <button type="button" class="link" onClick={again}><Icon of={RotateCcw} size={13} />{t("send_again")}</button> : null}
    </p>
  );
}

function Actions({ message, chat, doings }: { message: Message; chat: Chat; doings: Doings }) {
  const { content, author } = message;
  if (author.kind === "system") return null;
  const text = "text" in content && typeof content.text === "string" ? content.text : preview(content);
  const items: Item[] = [];
  if (content.type !== "note") items.push({ label: t("reply_to"), icon: CornerUpLeft, act: () => doings.reply(message) });
  items.push({ label: t("copy"), icon: Copy, act: () => void navigator.clipboard?.writeText(text) });
  if (author.kind === "agent" && content.type !== "note" && !message.recalled) items.push({ label: t("recall"), icon: Undo2, act: () => void recall(message, chat), danger: true });
  return <Menu label={t("message_actions")} className="button quiet small icon-only actions" items={items}><Icon of={Ellipsis} size={16} /></Menu>;
}

async function recall(message: Message, chat: Chat): Promise<void> {
  try {
    const after = await ok(api.POST("/api/v1/inbox/sessions/{id}/recall", { params: { path: { id: chat.id } }, body: { message: message.id } }));
    chat.merge([after]);
  } catch (error) {
    toast(sentence(error), { bad: true });
  }
}

export function NotSaid({ unsent, doings }: { unsent: Unsent; doings: Doings }) {
  const { refused } = unsent;
  const side = unsent.as === "note" || unsent.as === "whisper" ? "noted" : "ours";
  return (
    <li class={`said ${side} ${refused ? "bad" : "waiting"}`} data-client={unsent.client_id}>
      <div class="line"><div class="bubble"><Body content={unsent.content as Message["content"]} /></div></div>
      <p class="foot">{refused ? null : <><Icon of={Clock} size={13} /><span>{t("state_waiting")}</span></>}</p>
      {refused ? (
        <p class="failure" role="alert">
          <span dir="auto">{refused.detail}</span>
          <button type="button" class="link" onClick={() => doings.edit(unsent)}>{t("edit")}</button>
          <button type="button" class="link" onClick={() => discard(unsent.client_id)}>{t("discard")}</button>
        </p>
      ) : null}
    </li>
  );
}
