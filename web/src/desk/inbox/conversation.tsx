/** A chat: who it is with, what was said, and the field to answer. */

import { signal } from "@preact/signals";
import { ArrowDown, ArrowLeft, ArrowRightLeft, Ban, CircleCheck, ClipboardCheck, Ellipsis, Hand, Languages, Lock, LockOpen, LogOut, MessageSquareX, PanelRight, Star, StarOff, ThumbsUp, UserPlus } from "lucide";
import { memo } from "preact/compat";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { sentence } from "../api/client";
import { keep, kept } from "../kept";
import { query } from "../router";
import { may, somebody } from "../session";
import { dayOf, languageName } from "../texts";
import { Button, IconButton, Tip } from "../ui/button";
import { Icon } from "../ui/icon";
import { Menu, type Item } from "../ui/menu";
import { Avatar, Trouble, Waits } from "../ui/shown";
import { toast } from "../ui/toast";
import { accept, block, claim, close, decline, invite, leave, lock, read, takeOver, toggleStar, uninvite } from "./acts";
import { around, invited, known, mine, stars, waits, type Message, type Still } from "./book";
import { chatOf, discard, look, unsent, type Chat, type Unsent } from "./chats";
import { Composer as Field } from "./composer";
import { Details } from "./details";
import { channelSign, Wait } from "./list";
import { NotSaid, Said, type Doings } from "./message";
import { Promised } from "./promise";
import { asksAnything, SummaryDialog, sumUp } from "./summary";
import { t } from "./texts";
import { Transfer } from "./transfer";
import { showTranslations, translations } from "./translation";

const NEAR_END = 80; // px from the end that still count as reading along
const NEAR_START = 300;

export const details = signal(kept("details") !== "off");

export function showDetails(on: boolean): void {
  keep("details", on ? null : "off");
  details.value = on;
}

export function Conversation({ id }: { id: string }) {
  const chat = chatOf(id);
  const session = chat.still.value;
  const [replyTo, setReplyTo] = useState<Message | null>(null);
  const [mending, setMending] = useState<Unsent | null>(null);
  const [handing, setHanding] = useState<"transfer" | "invite" | null>(null);
  const narrow = useNarrow();
  const [drawer, setDrawer] = useState(false);

  useEffect(() => {
    if (!chat.detail.peek()) void chat.loadDetail().catch(() => undefined);
    look(id);
    return () => look(null);
  }, [id]);

  const edit = (one: Unsent) => {
    discard(one.client_id);
    setMending(one);
  };
  const supervises = may("supervisor");
  // Always the same, or every message of the log would be drawn again with every event of the chat.
  const doings: Doings = useMemo(() => ({ reply: setReplyTo, edit, jump, supervises }), [supervises]);
  const noReply = useCallback(() => setReplyTo(null), []);
  const mended = useCallback(() => setMending(null), []);
  const hand = useCallback((how: "transfer" | "invite") => setHanding(how), []);
  const show = narrow ? setDrawer : showDetails;
  const hide = useCallback(() => show(false), [show]);
  const trouble = chat.trouble.value;
  if (!session) return <section class="conversation none">{trouble ? <div class="page"><Trouble of={trouble} again={() => void chat.load()} /></div> : <Waits />}</section>;
  const shown = narrow ? drawer : details.value;
  return (
    <>
      <section class="conversation" aria-label={session.customer.name ?? t("nobody")}>
        <Seen id={id} />
        <Head session={session} chat={chat} hand={hand} shown={shown} show={show} />
        {trouble ? <Trouble of={trouble} again={() => void chat.load()} /> : null}
        <Log chat={chat} session={session} doings={doings} />
        <Composer key={id} session={session} chat={chat} replyTo={replyTo} noReply={noReply} mending={mending} mended={mended} />
        <SummaryDialog chat={chat} />
        {handing ? <Transfer session={session} how={handing} onClose={() => setHanding(null)} /> : null}
      </section>
      {shown ? <Details session={session} chat={chat} drawer={narrow} onClose={hide} /> : null}
    </>
  );
}

function useNarrow(): boolean {
  const [query] = useState(() => matchMedia("(max-width: 1180px)"));
  const [narrow, setNarrow] = useState(query.matches);
  useEffect(() => {
    const changed = () => setNarrow(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return narrow;
}

const Composer = memo(Field);

/** What is on the screen of one's own chat is read. */
function Seen({ id }: { id: string }) {
  const session = known(id);
  useEffect(() => {
    const seen = () => session && session.unread > 0 && mine(session) && document.visibilityState === "visible" && void read(session);
    seen();
    document.addEventListener("visibilitychange", seen);
    return () => document.removeEventListener("visibilitychange", seen);
  }, [session?.unread, session?.agent?.id]);
  return null;
}

/** Since when a customer waits, and what was promised: they move with the messages. */
function Waiting({ id }: { id: string }) {
  const session = known(id);
  return session?.waits_since ? <Wait since={session.waits_since} urgent={waits(session)} /> : null;
}

function Goal({ id }: { id: string }) {
  return <Promised sla={known(id)?.sla ?? null} />;
}

type HeadProps = { session: Still; chat: Chat; hand: (how: "transfer" | "invite") => void; shown: boolean; show: (on: boolean) => void };

const Head = memo(function Head({ session, chat, hand, shown, show }: HeadProps) {
  const { id } = session;
  const name = session.customer.name ?? t("nobody");
  const starred = stars.value.has(id);
  const isMine = mine(session);
  const supervises = may("supervisor");
  const open = session.phase !== "closed";
  const items: Item[] = [
    { label: t(starred ? "unstar" : "star"), icon: starred ? StarOff : Star, act: () => void toggleStar(id) },
  ];
  if (open && (isMine || supervises)) {
    items.push({ label: t(session.locked ? "unlock" : "lock"), icon: session.locked ? LockOpen : Lock, act: () => void lock(id, !session.locked) });
    items.push({ label: t("invite_rating"), icon: ThumbsUp, act: () => void invite(id) });
    items.push({ label: t("transfer"), icon: ArrowRightLeft, act: () => hand("transfer") });
    items.push({ label: t("invite"), icon: UserPlus, act: () => hand("invite") });
  }
  const summaryForm = chat.detail.value?.summary_form;
  if ((isMine || supervises) && summaryForm && asksAnything(summaryForm)) items.push({ label: t("sum_up"), icon: ClipboardCheck, act: () => sumUp(id) });
  if (chat.detail.value?.translates || chat.translated.value) items.push({ label: t("translations"), icon: Languages, act: () => showTranslations(!translations.value), chosen: translations.value });
  items.push("line", { label: t("block_day"), icon: Ban, act: () => void block(id, "day"), danger: true }, { label: t("block_forever"), icon: Ban, act: () => void block(id, "forever"), danger: true }, { label: t("unblock"), act: () => void block(id, "off") });
  return (
    <header class="chat-head">
      <span class="back"><IconButton icon={ArrowLeft} label={t("back")} onClick={leave} turns /></span>
      <Avatar name={name} id={session.customer.id} picture={null} />
      <div class="grow titles">
        <h2 class="clip"><bdi>{name}</bdi></h2>
        <p class="faint small row clip"><Icon of={channelSign(session.channel.kind)} size={13} /><bdi class="clip">{session.channel.name}</bdi><span aria-hidden="true">·</span><span>#{session.number}</span><span class="wide-only" aria-hidden="true">·</span><span class="wide-only">{languageName(session.language)}</span><Waiting id={id} /></p>
      </div>
      <Lookers chat={chat} />
      <div class="row doing">
        <Goal id={id} />
        {waits(session) || session.phase === "bot" ? <Button look="main" small icon={Hand} onClick={() => void claim(id)}>{t("claim")}</Button> : null}
        {session.phase === "active" && !isMine ? <span class="chip accent holder"><bdi>{t("taken_by", { name: session.agent?.name ?? "" })}</bdi></span> : null}
        {session.phase === "active" && !isMine && supervises ? <Button small icon={Hand} onClick={() => void takeOver(id)}>{t("take_over")}</Button> : null}
        {invited(session) ? <Button small icon={LogOut} onClick={() => void uninvite(id, somebody.value!.id)}>{t("leave_chat")}</Button> : null}
        {session.offer ? <Offer session={session} /> : null}
        {open && isMine ? <span class="wide-only"><Button small icon={ArrowRightLeft} onClick={() => hand("transfer")}>{t("transfer")}</Button></span> : null}
        {open && (isMine || supervises || waits(session)) ? <CloseButton chat={chat} /> : null}
        {open ? null : <span class="chip">{t("phase_closed")}</span>}
        <Menu label={t("chat_actions")} items={items}><Icon of={Ellipsis} /></Menu>
        <IconButton icon={PanelRight} label={t("details")} pressed={shown} onClick={() => show(!shown)} turns />
      </div>
    </header>
  );
});

/** A transfer that waits for somebody's word. */
function Offer({ session }: { session: Still }) {
  const offer = session.offer!;
  const asked = offer.kind === "approve" ? may("supervisor") : offer.agent?.id === somebody.value?.id;
  const name = offer.agent?.name ?? offer.group?.name ?? "";
  return (
    <>
      <span class="chip warn holder"><bdi>{t("offered", { name })}</bdi></span>
      {asked ? <Button look="main" small onClick={() => void accept(session.id)}>{t("accept")}</Button> : null}
      {asked ? <Button small onClick={() => void decline(session.id)}>{t("decline")}</Button> : null}
    </>
  );
}

/** A second press makes sure. */
function CloseButton({ chat }: { chat: Chat }) {
  const detail = chat.detail.value;
  const first = detail?.summary_form.required && !detail.summary && !may("supervisor");
  const [sure, setSure] = useState(false);
  useEffect(() => {
    if (!sure) return;
    const timer = setTimeout(() => setSure(false), 4000);
    return () => clearTimeout(timer);
  }, [sure]);
  return (
    <Button small look={sure ? "danger" : "plain"} icon={sure ? MessageSquareX : CircleCheck} onClick={() => (first ? sumUp(chat.id, true) : sure ? void close(chat.id) : setSure(true))}>
      {t(sure ? "close_sure" : "close_chat")}
    </Button>
  );
}

function Lookers({ chat }: { chat: Chat }) {
  const there = [...chat.looking.value];
  if (!there.length) return null;
  const names = there.map(([, name]) => name).join(", ");
  return (
    <Tip label={t("also_looking", { names })}>
      <span class="lookers" role="img" aria-label={t("also_looking", { names })} tabIndex={0}>
        {there.slice(0, 3).map(([id, name]) => <Avatar key={id} id={id} name={name} size="s" />)}
      </span>
    </Tip>
  );
}

const days = new WeakMap<Message, string>();

/** The day of a message where one is, worked out once. */
function day(message: Message): string {
  let found = days.get(message);
  if (!found) days.set(message, (found = new Date(message.at).toDateString()));
  return found;
}

function Log({ chat, session, doings }: { chat: Chat; session: Still; doings: Doings }) {
  const log = useRef<HTMLDivElement>(null);
  const along = useRef(true);
  const before = useRef({ first: 0, height: 0 }); // what the log was like when it was last drawn
  const [below, setBelow] = useState(false);
  const messages = chat.messages.value;
  const pending = unsent.value.filter((one) => one.session === session.id && !messages.some((message) => message.client_id === one.client_id));
  const last = messages.at(-1)?.seq;
  const typing = chat.typing.value;

  useLayoutEffect(() => {
    const box = log.current!;
    const first = messages[0]?.seq ?? 0;
    // Earlier ones came above: what is read stays where it is.
    if (before.current.first && first < before.current.first) box.scrollTop += box.scrollHeight - before.current.height;
    else if (along.current) box.scrollTop = box.scrollHeight;
    else setBelow(true);
    before.current = { first, height: box.scrollHeight };
  }, [messages[0]?.seq, last, pending.length, typing.length]);

  useEffect(() => {
    const box = log.current!;
    const grown = new ResizeObserver(() => along.current && (box.scrollTop = box.scrollHeight));
    grown.observe(box.firstElementChild!);
    grown.observe(box);
    return () => grown.disconnect();
  }, []);

  // Somebody was led here to read one message of perhaps long ago.
  const led = Number(query.value.get("note")) || 0;
  useEffect(() => {
    if (!led) return;
    let wanted = true;
    const show = () => {
      if (!wanted) return;
      along.current = false;
      jump(led);
    };
    chat.reach(led).then(() => requestAnimationFrame(show), (error: unknown) => toast(sentence(error), { bad: true }));
    return () => void (wanted = false);
  }, [led, chat]);

  const scrolled = () => {
    const box = log.current!;
    along.current = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
    if (along.current) setBelow(false);
    if (box.scrollTop < NEAR_START && !chat.earliest) void chat.earlier().catch((error: unknown) => toast(sentence(error), { bad: true }));
  };
  const down = () => {
    along.current = true;
    setBelow(false);
    log.current!.scrollTo({ top: log.current!.scrollHeight, behavior: "smooth" });
  };
  return (
    <div class="log-frame">
      <div ref={log} class="log" role="log" aria-live="polite" aria-label={t("messages")} aria-busy={!chat.detail.value} tabIndex={0} onScroll={scrolled}>
        <ol>
          {messages.length ? null : <li class="said-none">{chat.trouble.value ? null : <Waits />}</li>}
          {messages.map((message, place) => {
            const before = messages[place - 1];
            const newDay = !before || day(before) !== day(message);
            return [newDay ? <li key={`d${message.seq}`} class="day"><span>{dayOf(message.at)}</span></li> : null, <Said key={message.seq} message={message} before={newDay ? undefined : before} chat={chat} doings={doings} />];
          })}
          {pending.map((one) => <NotSaid key={one.client_id} unsent={one} doings={doings} />)}
          {typing.map((who) => <Typing key={who} name={who ? (around.value.agents.find((agent) => agent.id === who)?.name ?? t("somebody")) : (session.customer.name ?? t("nobody"))} theirs={!who} />)}
        </ol>
      </div>
      {below ? <button type="button" class="button small to-end" onClick={down}><Icon of={ArrowDown} size={15} />{t("newest")}</button> : null}
    </div>
  );
}

function Typing({ name, theirs }: { name: string; theirs: boolean }) {
  return (
    <li class={`said typing ${theirs ? "theirs" : "ours"}`} aria-live="off">
      <div class="line"><div class="bubble" role="img" aria-label={t("types", { name })}><i /><i /><i /></div></div>
      <p class="foot">{t("types", { name })}</p>
    </li>
  );
}

function jump(seq: number): void {
  const target = document.getElementById(`m${seq}`);
  target?.scrollIntoView({ block: "center" });
  target?.classList.add("shown-now");
  setTimeout(() => target?.classList.remove("shown-now"), 1500);
}

