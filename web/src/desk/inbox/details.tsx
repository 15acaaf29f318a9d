/** What is known beside the messages: the customer, the chat, why it is here, what was before. */

import { ChevronRight, Crown, ExternalLink, Plus, Star, X } from "lucide";
import type { ComponentChildren } from "preact";
import { memo } from "preact/compat";
import { useState } from "preact/hooks";

import { api, ok, type Schema } from "../api/client";
import { addressOf } from "../screens";
import { may, somebody } from "../session";
import { fullTime, languageName, number, say, shortTime, timeOf, written } from "../texts";
import { IconButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { Avatar, Trouble } from "../ui/shown";
import { useLoaded } from "../ui/use";
import { tag, uninvite } from "./acts";
import { known, mine, type Session, type Still } from "./book";
import type { Chat, Detail } from "./chats";
import { channelSign } from "./list";
import { newest, preview } from "./preview";
import { asksAnything, Summed } from "./summary";
import { t } from "./texts";

export const Details = memo(function Details({ session, chat, drawer, onClose }: { session: Still; chat: Chat; drawer: boolean; onClose: () => void }) {
  const detail = chat.detail.value;
  return (
    <aside class={drawer ? "details drawer" : "details"} aria-label={t("details")}>
      <div class="row details-head"><h2 class="grow">{t("details")}</h2><IconButton icon={X} small label={say("close")} onClick={onClose} /></div>
      <CustomerCard id={session.customer.id} name={session.customer.name} />
      <Part title={t("chat")} open>
        <dl class="facts">
          <Fact name={t("channel")}><bdi>{session.channel.name}</bdi></Fact>
          <Fact name={t("agent")}><bdi>{session.agent?.name ?? "—"}</bdi></Fact>
          <Fact name={t("group")}><bdi>{session.group?.name ?? "—"}</bdi></Fact>
          {session.guests.length ? <Fact name={t("guests")}><Guests session={session} /></Fact> : null}
          <Goals id={session.id} />
          <Fact name={t("language")}>{languageName(session.language)}</Fact>
          <Fact name={t("opened")}><time dateTime={session.opened_at}>{fullTime(session.opened_at)}</time></Fact>
          {detail?.closed ? <Fact name={t("phase_closed")}><time dateTime={detail.closed.at}>{fullTime(detail.closed.at)}</time> · <bdi>{detail.closed.reason}</bdi></Fact> : null}
        </dl>
        <Tags session={session} />
      </Part>
      {detail && (detail.summary || asksAnything(detail.summary_form)) ? <Part title={t("summary")} open><Summed session={session} detail={detail} /></Part> : null}
      {detail?.rating ? <Rated rating={detail.rating} /> : null}
      {detail ? <More detail={detail} /> : null}
      <Part title={t("why_here")} open={false}>
        {detail ? <ol class="trace">{detail.trace.map((line, place) => <li key={place}><time class="faint small numeric" dateTime={line.at} title={fullTime(line.at)}>{timeOf(line.at)}</time><span dir="auto">{line.text}</span></li>)}</ol> : null}
      </Part>
      <History customer={session.customer.id} but={session.id} />
    </aside>
  );
});

/** What was promised; it moves with the messages. */
function Goals({ id }: { id: string }) {
  const goals = known(id)?.sla?.goals ?? [];
  return <>{goals.map((goal) => <Fact key={goal.goal} name={t(`goal_${goal.goal}`)}><time class={goal.breached ? "missed" : ""} dateTime={goal.due}>{fullTime(goal.due)}</time></Fact>)}</>;
}

export function Part({ title, open, children }: { title: string; open: boolean; children: ComponentChildren }) {
  return <details class="part" open={open}><summary><Icon of={ChevronRight} size={15} turns />{title}</summary><div class="part-body">{children}</div></details>;
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return <><dt>{name}</dt><dd>{children}</dd></>;
}

export function CustomerCard({ id, name }: { id: string; name: string | null }) {
  const found = useLoaded(id, () => ok(api.GET("/api/v1/inbox/customers/{id}", { params: { path: { id } } })));
  const customer = found.value;
  const facts: [string, string | null | undefined][] = [
    ["partner_id", customer?.partner_id],
    ["email", customer?.email],
    ["phone", customer?.phone],
    ["language", customer?.language ? languageName(customer.language) : null],
    ["timezone", customer?.timezone],
  ];
  const params = Object.entries(customer?.params ?? {});
  return (
    <section class="customer" aria-label={t("customer")}>
      <div class="row">
        <Avatar name={customer?.name ?? name ?? t("nobody")} id={id} picture={customer?.avatar ?? null} size="l" />
        <div class="grow titles">
          <h3 class="clip"><a href={addressOf("customer", { customer: id })}><bdi>{customer?.name ?? name ?? t("nobody")}</bdi></a></h3>
          <p class="row">{customer?.vip ? <span class="chip warn"><Icon of={Crown} size={12} />{t("vip")}</span> : null}{(customer?.tags ?? []).map((one) => <span key={one} class="chip"><bdi>{one}</bdi></span>)}</p>
        </div>
      </div>
      <Trouble of={found.trouble} again={found.again} />
      <dl class="facts">
        {facts.filter(([, value]) => value).map(([key, value]) => <Fact key={key} name={t(`fact_${key}` as "fact_email")}><bdi>{value}</bdi></Fact>)}
        {params.map(([key, value]) => <Fact key={key} name={key}><bdi>{value}</bdi></Fact>)}
      </dl>
    </section>
  );
}

/** Colleagues who were asked in; who may end that: they, the chat's agent, a supervisor. */
function Guests({ session }: { session: Still }) {
  const ends = (guest: string) => guest === somebody.value?.id || mine(session) || may("supervisor");
  return (
    <ul class="row wraps tags">
      {session.guests.map((guest) => <li key={guest.id} class="chip"><bdi>{guest.name}</bdi>{ends(guest.id) ? <button type="button" aria-label={t("uninvite", { name: guest.name })} title={t("uninvite", { name: guest.name })} onClick={() => void uninvite(session.id, guest.id)}><Icon of={X} size={12} /></button> : null}</li>)}
    </ul>
  );
}

function Tags({ session }: { session: Still }) {
  const [text, setText] = useState("");
  const add = (event: Event) => {
    event.preventDefault();
    const name = text.trim();
    if (name) void tag(session.id, [name], []).then((done) => done && setText(""));
  };
  return (
    <div class="tags">
      <ul class="row wraps">{session.tags.map((one) => <li key={one} class="chip"><bdi>{one}</bdi>{session.phase === "closed" ? null : <button type="button" aria-label={t("untag", { name: one })} onClick={() => void tag(session.id, [], [one])}><Icon of={X} size={12} /></button>}</li>)}</ul>
      {session.phase === "closed" ? null : (
        <form class="row" onSubmit={add}>
          <input class="input quiet grow" dir={written(text)} maxLength={50} aria-label={t("add_tag")} placeholder={t("add_tag")} value={text} onInput={(event) => setText(event.currentTarget.value)} />
          <IconButton icon={Plus} small type="submit" label={t("add_tag")} />
        </form>
      )}
    </div>
  );
}

function Rated({ rating }: { rating: NonNullable<Detail["rating"]> }) {
  const stars = rating.kind === "stars" ? rating.score : 0;
  const words = rating.kind === "thumbs" ? t(rating.score ? "satisfied" : "not_satisfied") : rating.kind === "nps" ? `${number(rating.score)} / 10` : `${number(rating.score)} / 5`;
  return (
    <Part title={t("rating")} open>
      <p class="rated row" aria-label={words}>{Array.from({ length: stars }, (_, place) => <Icon key={place} of={Star} size={17} />)}<span class={stars ? "faint small" : ""}>{words}</span></p>
      {rating.comment ? <blockquote dir="auto">{rating.comment}</blockquote> : null}
      {rating.tags.length ? <p class="row wraps">{rating.tags.map((one) => <span key={one} class="chip"><bdi>{one}</bdi></span>)}</p> : null}
    </Part>
  );
}

// --- what later versions of the API tell, shown as it stands there --------------------------------------------------

const SHOWN = new Set<string>([
  "id", "number", "channel", "customer", "phase", "agent", "group", "language", "opened_at", "last_seq", "last_message", "last_said", "unread", "tags", "locked",
  "waits_since", "trace", "rating", "closed", "window", "sla", "guests", "offer", "summary", "summary_form", "translates",
] satisfies (keyof Schema["SessionDetail"])[]);

function More({ detail }: { detail: Detail }) {
  const rest = Object.entries(detail).filter(([key, value]) => !SHOWN.has(key) && shows(value));
  return <>{rest.map(([key, value]) => <Part key={key} title={words(key)} open><Plain value={value} /></Part>)}</>;
}

const shows = (value: unknown) => value != null && value !== "" && value !== false && !(Array.isArray(value) && !value.length) && !(typeof value === "object" && !Array.isArray(value) && !Object.keys(value as object).length);

const words = (key: string) => key.charAt(0).toUpperCase() + key.slice(1).replace(/_/g, " ");

/** Any JSON as facts: times as times, lists as lists. */
export function Plain({ value }: { value: unknown }) {
  if (Array.isArray(value)) return <ul class="plain">{value.map((one, place) => <li key={place}><Plain value={one} /></li>)}</ul>;
  if (value && typeof value === "object") {
    const named = value as Record<string, unknown>;
    if (Object.keys(named).length === 2 && "id" in named && typeof named["name"] === "string") return <bdi>{named["name"]}</bdi>;
    return <dl class="facts">{Object.entries(named).filter(([, one]) => shows(one)).map(([key, one]) => <Fact key={key} name={words(key)}><Plain value={one} /></Fact>)}</dl>;
  }
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return <time dateTime={value}>{fullTime(value)}</time>;
  return <bdi>{typeof value === "boolean" ? (value ? "✓" : "—") : String(value)}</bdi>;
}

function History({ customer, but }: { customer: string; but: string }) {
  const found = useLoaded(`${customer} ${but}`, () => ok(api.GET("/api/v1/inbox/sessions", { params: { query: { customer, limit: 30 } } })));
  const others = (found.value?.items ?? []).filter((one) => one.id !== but);
  return (
    <Part title={t("history_of", { n: others.length })} open={false}>
      <Trouble of={found.trouble} again={found.again} />
      <ChatLinks sessions={others} />
    </Part>
  );
}

export function ChatLinks({ sessions }: { sessions: readonly Session[] }) {
  return (
    <ul class="history">
      {sessions.map((one) => ({ one, last: newest(one) })).map(({ one, last }) => (
        <li key={one.id}>
          <a href={addressOf("chat", { session: one.id })}>
            <Icon of={channelSign(one.channel.kind)} size={14} />
            <span class="grow"><span class="clip excerpt" dir="auto">{last ? preview(last.content) : `#${one.number}`}</span><span class="faint small">#{one.number} · {shortTime(one.opened_at)} · {t(`phase_${one.phase}`)}</span></span>
            <Icon of={ExternalLink} size={13} />
          </a>
        </li>
      ))}
    </ul>
  );
}
