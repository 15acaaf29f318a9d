/** What asks for a supervisor: chats whose SLA is missed or due soon, and the sensitive words that were found today. */

import { ShieldCheck, TimerOff } from "lucide";

import { api, ok, type Schema } from "../api/client";
import { Due } from "../inbox/promise";
import { t } from "../inbox/texts";
import { addressOf } from "../screens";
import { fullTime, number, timeOf } from "../texts";
import { Avatar, Empty, Trouble, Waits } from "../ui/shown";
import { Table } from "../ui/table";
import { useLoaded } from "../ui/use";
import type { Asked } from "./asked";
import { useLive } from "./live";
import { f } from "./texts";
import { Tile } from "./tile";

const SHOWN = 10;

export function Risk({ asked }: { asked: Asked }) {
  const found = useLoaded(JSON.stringify(asked), () => ok(api.GET("/api/v1/inbox/floor/risk", { params: { query: asked } })));
  useLive(found.again, (type) => type.startsWith("session.") || type === "message.created");
  const risk = found.value;
  return (
    <section class="panel risk" aria-labelledby="risk-title">
      <header><h2 id="risk-title">{f("sla_risk")}</h2></header>
      <Trouble of={found.trouble} again={found.again} />
      {risk ? <Chats risk={risk} /> : found.trouble ? null : <Waits />}
    </section>
  );
}

function Chats({ risk }: { risk: Schema["RiskView"] }) {
  const rest = risk.missed + risk.soon - risk.items.length;
  return (
    <>
      <dl class="tiles">
        <Tile name={t("goal_missed")} def={f("def_missed")} value={number(risk.missed)} look={risk.missed ? "late" : ""} />
        <Tile name={f("sla_soon")} def={f("def_soon")} value={number(risk.soon)} look={risk.soon ? "soon" : ""} />
      </dl>
      {risk.items.length ? (
        <Table className="queue" label={f("sla_risk")}>
          <thead><tr><th scope="col">{f("customer")}</th><th scope="col">{t("goal_due")}</th><th scope="col">{t("agent")}</th></tr></thead>
          <tbody>{risk.items.map((one) => <Chat key={one.session.id} one={one} />)}</tbody>
        </Table>
      ) : <Empty icon={TimerOff} title={f("risk_empty")} />}
      {rest > 0 ? <p class="faint small card">{f("more_waiting", { n: number(rest) })}</p> : null}
    </>
  );
}

function Chat({ one: { session, goal, policy } }: { one: Schema["RiskyView"] }) {
  const name = session.customer.name ?? t("nobody");
  return (
    <tr>
      <td><a class="who" href={addressOf("chat", { session: session.id })}><Avatar name={name} id={session.customer.id} /><span><span class="name"><bdi>{name}</bdi></span><span class="words clip">{t(`goal_${goal.goal}`)}</span></span></a></td>
      <td><Due goal={goal} policy={policy} soon={Infinity} /></td>
      <td><bdi>{session.agent?.name ?? t(`phase_${session.phase}`)}</bdi></td>
    </tr>
  );
}

export function Hits({ asked }: { asked: Asked }) {
  const query = { ...asked, today: true, limit: SHOWN };
  const found = useLoaded(JSON.stringify(query), () => ok(api.GET("/api/v1/inbox/word-hits", { params: { query } })));
  useLive(found.again, (type) => type === "words.found");
  return (
    <section class="panel hits" aria-labelledby="hits-title">
      <header><h2 id="hits-title">{f("hits")}</h2></header>
      <p class="faint small def">{f("def_hits")}</p>
      <Trouble of={found.trouble} again={found.again} />
      {!found.value ? (found.trouble ? null : <Waits />) : found.value.items.length ? (
        <Table label={f("hits")}>
          <thead><tr><th scope="col">{f("chat")}</th><th scope="col">{f("found")}</th><th scope="col">{f("hit_action")}</th><th scope="col">{f("side")}</th></tr></thead>
          <tbody>{found.value.items.map((one, place) => <Found key={`${one.at} ${one.session.id} ${place}`} one={one} />)}</tbody>
        </Table>
      ) : <Empty icon={ShieldCheck} title={f("hits_empty")} />}
    </section>
  );
}

type Side = Schema["WordHitView"]["side"];
type Action = "block" | "mask" | "alert" | "consent" | "warn" | "replace";

const side = (of: Side) => ({ customer: f("customer"), agent: t("agent"), bot: t("phase_bot") })[of];

function Found({ one }: { one: Schema["WordHitView"] }) {
  const actions = [...new Set(one.hits.map((hit) => hit.action))] as Action[];
  return (
    <tr>
      <td><a href={addressOf("chat", { session: one.session.id })}>#{one.session.number}</a> <time class="faint small numeric" dateTime={one.at} title={fullTime(one.at)}>{timeOf(one.at)}</time></td>
      <td>{one.hits.map((hit) => <span key={`${hit.list} ${hit.word}`} class="hit"><bdi>{hit.list}</bdi>: <bdi class="word">{hit.word}</bdi></span>)}</td>
      <td>{actions.map((action) => <span key={action} class={`chip ${LOOKS[action] ?? ""}`}>{f(`action_${action}`)}</span>)}</td>
      <td>{side(one.side)}{one.agent ? <> · <bdi>{one.agent.name}</bdi></> : null}</td>
    </tr>
  );
}

const LOOKS: Partial<Record<Action, string>> = { block: "bad", alert: "bad", mask: "warn" };
