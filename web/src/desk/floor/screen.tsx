/** The floor as it is now: who works, how much, who waits; and from here into any chat. */

import "../inbox/inbox.css";
import "./floor.css";

import { ChevronDown, Hand, Inbox as InboxSign, UserPlus, UsersRound } from "lucide";
import { useMemo, useState } from "preact/hooks";

import { api, ok, sentence, type Schema } from "../api/client";
import { claim } from "../inbox/acts";
import { ChatLinks } from "../inbox/details";
import { channelSign, Wait } from "../inbox/list";
import { newest, preview } from "../inbox/preview";
import { t } from "../inbox/texts";
import { now } from "../inbox/time";
import { goTo } from "../router";
import { addressOf } from "../screens";
import { clock, number, say, timeOf } from "../texts";
import { Button } from "../ui/button";
import { Icon } from "../ui/icon";
import { Menu } from "../ui/menu";
import { Avatar, Empty, Trouble, Waits } from "../ui/shown";
import { Table } from "../ui/table";
import { toast } from "../ui/toast";
import { useLoaded } from "../ui/use";
import { isAsked, Picks, type Asked } from "./asked";
import { useLive } from "./live";
import { Hits, Risk } from "./risk";
import { f } from "./texts";
import { Tile } from "./tile";

type FloorView = Schema["FloorView"];
type Colleague = Schema["ColleagueView"];

export function Floor() {
  const found = useLoaded("floor", () => ok(api.GET("/api/v1/inbox/floor")));
  const around = useLoaded("around", () => ok(api.GET("/api/v1/inbox/around")));
  const [asked, setAsked] = useState<Asked>({});
  useLive(found.again, (type) => type.startsWith("session.") || type === "agent.status");
  const floor = found.value;
  return (
    <div class="page floor">
      <header><h1>{f("floor")}</h1>{floor ? <span class="faint small numeric">{f("as_of", { time: timeOf(floor.at) })}</span> : null}</header>
      <Trouble of={found.trouble} again={found.again} />
      {!floor ? (found.trouble ? null : <Waits />) : (
        <>
          <Tiles floor={floor} />
          <div class="floor-columns">
            <Queue floor={floor} />
            <People agents={floor.agents} changed={found.again} />
          </div>
          <Picks asked={asked} ask={setAsked} around={around.value} />
          <div class="floor-columns">
            <Risk asked={asked} />
            <Hits asked={asked} />
          </div>
          <Day asked={asked} />
          <Places floor={floor} around={around.value} asked={asked} />
        </>
      )}
    </div>
  );
}

function Tiles({ floor }: { floor: FloorView }) {
  const online = floor.agents.filter((agent) => agent.status === "online");
  const busy = floor.agents.filter((agent) => agent.status === "busy").length;
  const of = (...phases: string[]) => floor.sessions.filter((one) => phases.includes(one.phase)).reduce((sum, one) => sum + one.count, 0);
  const longest = floor.queue.reduce<number | null>((most, one) => Math.max(most ?? 0, now.value - Date.parse(one.since)), null);
  const free = online.reduce((sum, agent) => sum + Math.max(0, agent.capacity - agent.load), 0);
  return (
    <dl class="tiles">
      <Tile name={f("online")} def={f("def_online")} value={number(online.length)} dot="online" of={busy ? `${f("busy")}: ${number(busy)}` : ""} />
      <Tile name={f("free")} def={f("def_free")} value={number(free)} look={free === 0 && floor.waiting ? "late" : ""} />
      <Tile name={f("active")} def={f("def_active")} value={number(of("active"))} />
      <Tile name={f("waiting")} def={f("def_waiting")} value={number(of("queued", "unassigned"))} look={floor.waiting ? "soon" : ""} />
      <Tile name={f("longest")} def={f("def_longest")} value={longest == null ? "—" : clock(longest)} look={longest != null && longest > 300_000 ? "late" : ""} />
      <Tile name={f("with_bot")} def={f("def_with_bot")} value={number(of("bot"))} />
    </dl>
  );
}

function Queue({ floor }: { floor: FloorView }) {
  const agents = floor.agents.filter((agent) => agent.status === "online" && agent.load < agent.capacity);
  const shown = floor.queue.filter((one) => one.session);
  const rest = floor.waiting - shown.length;
  return (
    <section class="panel" aria-labelledby="queue-title">
      <header><h2 id="queue-title" class="grow">{f("queue")}</h2><span class="faint small">{f("queue_hint")}</span></header>
      {shown.length === 0 ? <Empty icon={InboxSign} title={f("queue_empty")} /> : (
        <>
          <Table className="queue" label={f("queue")}>
            <thead><tr><th scope="col">{f("customer")}</th><th scope="col">{f("group")}</th><th scope="col">{f("waits")}</th><th scope="col"><span class="unseen">{t("chat_actions")}</span></th></tr></thead>
            <tbody>
              {shown.map((one) => {
                const session = one.session!;
                const name = session.customer.name ?? t("nobody");
                return (
                  <tr key={one.id}>
                    <td><a class="who" href={addressOf("chat", { session: one.id })}><Avatar name={name} id={session.customer.id} /><span><span class="name"><bdi>{name}</bdi></span><span class="words clip row"><Icon of={channelSign(one.channel.kind)} size={12} /><bdi class="clip">{newest(session) ? preview(newest(session)!.content) : one.channel.name}</bdi></span></span></a></td>
                    <td><bdi>{one.group?.name ?? f("everybody")}</bdi></td>
                    <td><Wait since={one.since} urgent /></td>
                    <td class="end">
                      <span class="row">
                        <Menu className="button small" label={`${f("give_to")} ${name}`} items={agents.length ? agents.map((agent) => ({ label: `${agent.name} · ${agent.load}/${agent.capacity}`, act: () => void give(one.id, agent) })) : [{ title: f("no_agents") }]}><Icon of={UserPlus} size={15} />{f("give_to")}</Menu>
                        <Button small icon={Hand} onClick={() => void claim(one.id).then((done) => done && goTo("chat", { session: one.id }))}>{f("take_over")}</Button>
                      </span>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </Table>
          {rest > 0 ? <p class="faint small card">{f("more_waiting", { n: number(rest) })}</p> : null}
        </>
      )}
    </section>
  );
}

async function give(id: string, agent: Colleague): Promise<void> {
  try {
    await ok(api.POST("/api/v1/inbox/sessions/{id}/transfer", { params: { path: { id } }, body: { agent: agent.id } }));
    toast(f("given", { name: agent.name }));
  } catch (error) {
    toast(sentence(error), { bad: true });
  }
}

const ORDER = { online: 0, busy: 1, offline: 2 };

function People({ agents, changed }: { agents: readonly Colleague[]; changed: () => void }) {
  const sorted = useMemo(() => [...agents].sort((a, b) => ORDER[a.status] - ORDER[b.status] || b.load - a.load || a.name.localeCompare(b.name)), [agents]);
  const [open, setOpen] = useState<string | null>(null);
  return (
    <section class="panel" aria-labelledby="people-title">
      <header><h2 id="people-title">{f("agents")}</h2></header>
      {sorted.length ? (
        <ul class="people">
          {sorted.map((agent) => (
            <li key={agent.id}>
              <div class="person">
                <Avatar name={agent.name} id={agent.id} />
                <div class="names">
                  <button type="button" class="open-chats clip" aria-expanded={open === agent.id} onClick={() => setOpen(open === agent.id ? null : agent.id)}><bdi>{agent.name}</bdi></button>
                  <span class="faint small clip">{f(`role_${agent.role}`)}{agent.reason ? <> · <bdi>{agent.reason}</bdi></> : null}</span>
                </div>
                <div class="load">
                  <span>{f("load", { load: agent.load, capacity: agent.capacity })}</span>
                  <meter min={0} max={agent.capacity} low={agent.capacity * 0.75} high={agent.capacity * 0.99} optimum={0} value={agent.load} aria-label={f("load", { load: agent.load, capacity: agent.capacity })} />
                </div>
                <Menu className="status-set" label={`${f("set_status", { name: agent.name })}: ${f(agent.status)}`} items={(["online", "busy", "offline"] as const).map((status) => ({ label: f(status), act: () => void force(agent, status, changed), chosen: status === agent.status }))}>
                  <span class={`dot ${agent.status}`} />{f(agent.status)}<Icon of={ChevronDown} size={13} />
                </Menu>
              </div>
              {open === agent.id ? <Theirs agent={agent} /> : null}
            </li>
          ))}
        </ul>
      ) : <Empty icon={UsersRound} title={f("no_agents")} />}
    </section>
  );
}

async function force(agent: Colleague, status: Colleague["status"], changed: () => void): Promise<void> {
  try {
    await ok(api.PUT("/api/v1/inbox/agents/{id}/status", { params: { path: { id: agent.id } }, body: { status } }));
    changed();
  } catch (error) {
    toast(`${agent.name}: ${say(`status_${status}`)} – ${sentence(error)}`, { bad: true });
  }
}

function Theirs({ agent }: { agent: Colleague }) {
  const found = useLoaded(`${agent.id} ${agent.load}`, () => ok(api.GET("/api/v1/inbox/sessions", { params: { query: { agent: agent.id, phase: "active", limit: 50 } } })));
  return (
    <div class="person-chats" role="region" aria-label={f("their_chats", { name: agent.name })}>
      <Trouble of={found.trouble} again={found.again} />
      {found.value ? found.value.items.length ? <ChatLinks sessions={found.value.items} /> : <p class="faint small">{f("no_chats")}</p> : null}
    </div>
  );
}

const PHASES = ["bot", "queued", "unassigned", "active"] as const;

/** The charts come when the floor is there: what is now is not to wait for what was. */
function Day({ asked }: { asked: Asked }) {
  const found = useLoaded("today", () => import("./today"));
  if (!found.value) return found.trouble ? <Trouble of={found.trouble} again={found.again} /> : <Waits />;
  return <found.value.Today asked={asked} />;
}

function Places({ floor, around, asked }: { floor: FloorView; around: Schema["AroundView"] | null; asked: Asked }) {
  const { groups = [], channels = [] } = around ?? {};
  const rows = new Map<string, { group: string; channel: string; counts: Record<string, number>; total: number }>();
  for (const one of floor.sessions.filter((each) => isAsked(asked, each))) {
    const key = `${one.group ?? ""} ${one.channel}`;
    const row = rows.get(key) ?? {
      group: one.group ? (groups.find((each) => each.id === one.group)?.name ?? one.group) : f("everybody"),
      channel: channels.find((each) => each.id === one.channel)?.name ?? one.channel,
      counts: {},
      total: 0,
    };
    row.counts[one.phase] = (row.counts[one.phase] ?? 0) + one.count;
    row.total += one.count;
    rows.set(key, row);
  }
  if (!rows.size) return null;
  const sorted = [...rows.values()].sort((a, b) => b.total - a.total);
  return (
    <section class="panel places" aria-labelledby="places-title">
      <header><h2 id="places-title">{f("by_place")}</h2></header>
        <Table label={f("by_place")}>
          <thead><tr><th scope="col">{f("group")}</th><th scope="col">{f("channel")}</th>{PHASES.map((phase) => <th key={phase} scope="col" class="n">{t(`phase_${phase}`)}</th>)}<th scope="col" class="n">{f("total")}</th></tr></thead>
          <tbody>{sorted.map((row) => <tr key={`${row.group} ${row.channel}`}><td><bdi>{row.group}</bdi></td><td><bdi>{row.channel}</bdi></td>{PHASES.map((phase) => <td key={phase} class="n">{row.counts[phase] ? number(row.counts[phase]) : "—"}</td>)}<td class="n">{number(row.total)}</td></tr>)}</tbody>
        </Table>
    </section>
  );
}
