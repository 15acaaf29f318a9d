/** The list of chats: views, search, filters, grouping, and a window onto what may be ten thousand of them. */

import { Bot, ChevronDown, Globe, Inbox as InboxSign, ListFilter, Lock, MessageCircle, Phone, Search, Send, Star, TriangleAlert, type IconNode } from "lucide";
import { memo } from "preact/compat";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { addressOf } from "../screens";
import { clock, languageName, number, shortTime, written } from "../texts";

import { Icon } from "../ui/icon";
import { Menu, type Item } from "../ui/menu";
import { Avatar, Empty, Trouble, Waits } from "../ui/shown";
import { useVirtual } from "../ui/virtual";
import { around, mine, own, stars, tallies, waits, type Session } from "./book";
import { filtered, groupBy, grouping, GROUPINGS, listState, loadMore, reload, rows, shown, want, wanted, type Grouping, type Row, type View } from "./lists";
import { unsent } from "./chats";
import { newest, preview } from "./preview";
import { Promised } from "./promise";
import { t } from "./texts";
import { now } from "./time";

const ROW = 78; // px; the stylesheet says the same
const HEADING = 32;
const NEAR_END = 30; // rows before the end at which the next page is asked for

export function List({ chosen }: { chosen: string | undefined }) {
  return (
    <section class="list" aria-label={t("chats")}>
      <Head />
      <Sessions chosen={chosen} />
    </section>
  );
}

function Head() {
  const { view } = wanted.value;
  const waiting = tallies.value.filter((one) => one.phase === "queued" || one.phase === "unassigned").reduce((sum, one) => sum + one.count, 0);
  const counts: Partial<Record<View, number>> = { mine: own.value.length, waiting };
  const others = (["bot", "closed", "starred"] as const).map((one) => ({ label: t(`view_${one}`), act: () => want({ view: one }), chosen: view === one }));
  const other = others.find((one) => one.chosen);
  return (
    <header class="list-head">
      <Finder />
      <div class="views" role="group" aria-label={t("views")}>
        {(["mine", "waiting", "all"] as const).map((one) => (
          <button key={one} type="button" class="view" aria-pressed={view === one} onClick={() => want({ view: one })}>
            {t(`view_${one}`)}
            {counts[one] ? <span class={one === "waiting" ? "tally warn" : "tally"}>{number(counts[one])}</span> : null}
          </button>
        ))}
        <Menu className={other ? "view chosen" : "view"} label={other ? `${t("more_views")}: ${other.label}` : t("more_views")} items={others}>
          {other?.label ?? t("more_views")} <Icon of={ChevronDown} size={14} />
        </Menu>
      </div>
    </header>
  );
}

const ASK_AFTER = 250; // ms without a key

function Finder() {
  const [text, setText] = useState(wanted.value.q);
  useEffect(() => {
    const timer = setTimeout(() => wanted.peek().q !== text.trim() && want({ q: text.trim() }), ASK_AFTER);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="row finder">
      <label class="search grow">
        <Icon of={Search} size={16} />
        <span class="unseen">{t("search")}</span>
        <input type="search" class="input quiet" id="search" dir={written(text)} placeholder={t("search")} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <Filters />
    </div>
  );
}

function Filters() {
  const asked = wanted.value;
  const { channels, groups } = around.value;
  const items: Item[] = [
    { title: t("group_by") },
    ...GROUPINGS.map((one) => ({ label: t(`by_${one}`), act: () => groupBy(one), chosen: grouping.value === one })),
    { title: t("channel") },
    { label: t("any"), act: () => want({ channel: "" }), chosen: !asked.channel },
    ...channels.map((one) => ({ label: one.name, icon: channelSign(one.kind), act: () => want({ channel: one.id }), chosen: asked.channel === one.id })),
    ...(groups.length ? [{ title: t("group") }, { label: t("any"), act: () => want({ group: "" }), chosen: !asked.group }] : []),
    ...groups.map((one) => ({ label: one.name, act: () => want({ group: one.id }), chosen: asked.group === one.id })),
    ...tagItems(asked.tag),
  ];
  return (
    <Menu label={t("filters")} className={filtered.value || grouping.value !== "none" ? "button quiet icon-only on" : "button quiet icon-only"} items={items}>
      <Icon of={ListFilter} />
    </Menu>
  );
}

/** The tags of the chats that are at hand. */
function tagItems(chosen: string): Item[] {
  const tags = [...new Set([...shown.value.slice(0, 500).flatMap((session) => session.tags), ...(chosen ? [chosen] : [])])].sort();
  if (!tags.length) return [];
  return [
    { title: t("tags") },
    { label: t("any"), act: () => want({ tag: "" }), chosen: !chosen },
    ...tags.map((tag) => ({ label: tag, act: () => want({ tag }), chosen: tag === chosen })),
  ];
}

/** What stands above a chat's group. */
export function groupName(session: Session, by: Grouping): string {
  switch (by) {
    case "phase":
      return t(`phase_${session.phase}`);
    case "channel":
      return session.channel.name;
    case "group":
      return session.group?.name ?? t("no_group");
    case "agent":
      return session.agent?.name ?? t("no_agent");
    case "language":
      return languageName(session.language);
    default:
      return "";
  }
}

function Sessions({ chosen }: { chosen: string | undefined }) {
  const scroller = useRef<HTMLDivElement>(null);
  const sessions = shown.value;
  const by = grouping.value;
  const lines: Row[] = useMemo(() => rows(sessions, by, (session) => groupName(session, by)), [sessions, by]);
  const virtual = useVirtual(scroller, {
    count: lines.length,
    size: (index) => (lines[index] && "heading" in lines[index] ? HEADING : ROW),
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { state, trouble, more } = listState.value;
  useEffect(() => virtual.measure(), [by === "none" ? by : lines]);
  useEffect(() => {
    if (more && state === "there" && last > lines.length - NEAR_END) void loadMore();
  }, [more, state, last, lines.length]);
  useEffect(() => {
    const index = lines.findIndex((line) => "session" in line && line.session.id === chosen);
    if (index >= 0) virtual.scrollToIndex(index, { align: "auto" });
  }, [chosen]);
  const empty = state === "there" && lines.length === 0;
  return (
    <div ref={scroller} class="sessions" tabIndex={lines.length ? -1 : 0}>
      <Trouble of={trouble} again={() => void reload()} />
      {state === "loading" ? <Waits /> : null}
      {empty ? <Empty icon={InboxSign} title={t(wanted.value.q || filtered.value ? "nothing_found" : `empty_${wanted.value.view}`)} /> : null}
      <ul style={{ blockSize: `${virtual.getTotalSize()}px` }} aria-busy={state === "loading"}>
        {items.map((item) => {
          const line = lines[item.index];
          if (!line) return null;
          const at = { transform: `translateY(${item.start}px)` };
          return "heading" in line ? (
            <li key={`+${line.heading}`} class="heading" style={at}><h2 class="clip"><bdi>{line.heading}</bdi></h2><span class="faint numeric">{number(line.count)}</span></li>
          ) : (
            <li key={line.session.id} style={at} aria-setsize={more ? -1 : sessions.length} aria-posinset={line.place + 1}>
              <SessionRow session={line.session} chosen={line.session.id === chosen} starred={stars.value.has(line.session.id)} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const CHANNEL_SIGNS: Record<string, IconNode> = { web: Globe, telegram: Send };

export function channelSign(kind: string): IconNode {
  return CHANNEL_SIGNS[kind] ?? (kind.startsWith("whatsapp") ? Phone : MessageCircle);
}

const SessionRow = memo(function SessionRow({ session, chosen, starred }: { session: Session; chosen: boolean; starred: boolean }) {
  const name = session.customer.name ?? t("nobody");
  const last = newest(session);
  const draft = unsent.value.some((one) => one.session === session.id && one.refused);
  const failed = last?.state === "failed" || draft;
  const said = last ? (last.recalled ? t("recalled") : preview(last.content)) : "";
  return (
    <a class="session" href={addressOf("chat", { session: session.id })} aria-current={chosen ? "true" : undefined} data-session={session.id}>
      <span class="face">
        <Avatar name={name} id={session.customer.id} />
        <span class="kind" title={session.channel.name}><Icon of={channelSign(session.channel.kind)} size={11} /><span class="unseen">{session.channel.name}</span></span>
      </span>
      <span class="what">
        <span class="row first">
          <span class="name clip grow"><bdi>{name}</bdi></span>
          {starred ? <Icon of={Star} size={13} /> : null}
          {session.locked ? <Icon of={Lock} size={13} /> : null}
          {session.waits_since ? <Wait since={session.waits_since} urgent={waits(session)} /> : <time class="faint small numeric" dateTime={last?.at ?? session.opened_at}>{shortTime(last?.at ?? session.opened_at)}</time>}
        </span>
        <span class="row second">
          {failed ? <span class="failed"><Icon of={TriangleAlert} size={14} /><span class="unseen">{t("state_failed")}</span></span> : null}
          {last?.content.type === "note" ? <span class="chip note">{t("note")}</span> : null}
          <span class="excerpt clip grow">{last && last.author.kind !== "customer" ? <span class="by">{last.author.kind === "bot" ? <Icon of={Bot} size={13} /> : `${last.author.name ?? t(last.author.kind === "system" ? "author_system" : "we")}: `}</span> : null}<bdi>{said}</bdi></span>
          {session.unread ? <span class="count" aria-label={t("unread", { n: session.unread })}>{session.unread > 99 ? "99+" : session.unread}</span> : null}
        </span>
        <span class="row third">
          <Promised sla={session.sla} />
          {session.phase === "active" && mine(session) ? null : <span class={`chip ${PHASE_LOOK[session.phase] ?? ""}`}><bdi>{session.phase === "active" ? (session.agent?.name ?? t("phase_active")) : t(`phase_${session.phase}`)}</bdi></span>}
          <span class="chip clip"><bdi>{session.channel.name}</bdi></span>
          {session.group ? <span class="chip clip"><bdi>{session.group.name}</bdi></span> : null}
          {session.tags.slice(0, 2).map((tag) => <span key={tag} class="chip clip"><bdi>{tag}</bdi></span>)}
          {session.tags.length > 2 ? <span class="faint small">+{session.tags.length - 2}</span> : null}
        </span>
      </span>
    </a>
  );
});

const PHASE_LOOK: Record<string, string> = { queued: "warn", unassigned: "warn", active: "accent" };

/** How long a customer has waited; it grows by itself. */
export function Wait({ since, urgent = false }: { since: string; urgent?: boolean }) {
  const waited = Math.max(0, now.value - Date.parse(since));
  const look = waited > 300_000 ? "late" : urgent || waited > 60_000 ? "soon" : "";
  return <span class={`wait numeric ${look}`} title={t("waits")}><span class="unseen">{t("waits")} </span>{waited < 86_400_000 ? clock(waited) : shortTime(since)}</span>;
}

