/** What customers left while nobody could take their chat: found, given to somebody, answered, solved, exported. */

import "../customers/customers.css";
import "../inbox/inbox.css";
import "./submissions.css";

import { ArrowLeft, Download, ExternalLink, MailQuestion, UserRoundCheck } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";

import { api, ok, type Schema } from "../api/client";
import { listen } from "../api/socket";
import { around, loadAround, type Message } from "../inbox/book";
import { Body } from "../inbox/content";
import { Part } from "../inbox/details";
import { t } from "../inbox/texts";
import { addressOf } from "../screens";
import { may, somebody } from "../session";
import { fullTime, say, shortTime, written } from "../texts";
import { Button } from "../ui/button";
import { SelectField, TextField } from "../ui/field";
import { Icon } from "../ui/icon";
import { Avatar, Empty, Trouble, Waits } from "../ui/shown";
import { Table } from "../ui/table";
import { toast } from "../ui/toast";
import { useDoing, useLoaded } from "../ui/use";

type Submission = Schema["SubmissionView"];
type Whole = Schema["SubmissionDetail"];
type State = Submission["state"];
type Asked = { state: State | ""; kind: Submission["kind"] | ""; whose: "" | "mine" | "none"; channel: string; group: string };

const STATES = ["new", "open", "solved"] as const;
const KINDS = ["ticket", "message"] as const;
const LOOKS: Record<State, string> = { new: "warn", open: "accent", solved: "good" };
const NOTHING: Asked = { state: "", kind: "", whose: "", channel: "", group: "" };
const PAGE = 50;
const ASK_AFTER = 250; // ms without a key

export function Submissions({ params }: { params: Readonly<Record<string, string>> }) {
  useEffect(() => void loadAround(), []);
  const id = params["submission"];
  return id ? <One key={id} id={id} /> : <All />;
}

/** Whenever something that was left is new or has changed; of one customer's, also when they or we write. */
function useNews(again: () => void, customer?: string): void {
  useEffect(() => listen((frame) => {
    if (frame.type === "reload" || ("submission" in frame && frame.submission)) again();
    else if (frame.type === "message.created" && frame.session.customer.id === customer) again();
  }), [again, customer]);
}

function query(asked: Asked, q: string) {
  const { whose, ...rest } = asked;
  const given = Object.fromEntries(Object.entries({ ...rest, q }).filter(([, value]) => value));
  return { ...given, ...(whose === "mine" ? { mine: true } : whose === "none" ? { agent: "none" } : {}) };
}

function All() {
  const [asked, setAsked] = useState<Asked>(NOTHING);
  const [text, setText] = useState("");
  const [q, setQ] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setQ(text.trim()), ASK_AFTER);
    return () => clearTimeout(timer);
  }, [text]);
  const wanted = query(asked, q);
  const ask = (after?: string) => ok(api.GET("/api/v1/inbox/submissions", { params: { query: { limit: PAGE, ...wanted, ...(after ? { after } : {}) } } }));
  const found = useLoaded(JSON.stringify(wanted), () => ask());
  useNews(found.again);
  const doing = useDoing();
  const page = found.value;
  const more = () => void doing.run(async () => {
    const next = await ask(page!.next!);
    found.set({ items: [...page!.items, ...next.items], next: next.next });
  });
  const choose = (change: Partial<Asked>) => setAsked({ ...asked, ...change });
  return (
    <div class="page">
      <header>
        <h1 class="grow">{say("screen_submissions")}</h1>
        <input class="input finder" type="search" dir={written(text)} aria-label={say("search")} placeholder={say("search")} value={text} onInput={(event) => setText(event.currentTarget.value)} />
        {may("supervisor") ? <Button icon={Download} busy={doing.busy} onClick={() => void doing.run(() => save(wanted))}>{t("export")}</Button> : null}
      </header>
      <div class="asked">
        <SelectField label={t("state")} value={asked.state} onChange={(state) => choose({ state: state as State })} options={[any(), ...STATES.map((one) => ({ value: one, label: t(`submission_${one}`) }))]} />
        <SelectField label={t("kind")} value={asked.kind} onChange={(kind) => choose({ kind: kind as Asked["kind"] })} options={[any(), ...KINDS.map((one) => ({ value: one, label: t(`submission_${one}`) }))]} />
        <SelectField label={t("agent")} value={asked.whose} onChange={(whose) => choose({ whose: whose as Asked["whose"] })} options={[any(), { value: "mine", label: t("view_mine") }, { value: "none", label: t("no_agent") }]} />
        <SelectField label={t("channel")} value={asked.channel} onChange={(channel) => choose({ channel })} options={[any(), ...around.value.channels.map((one) => ({ value: one.id, label: one.name }))]} />
        {around.value.groups.length ? <SelectField label={t("group")} value={asked.group} onChange={(group) => choose({ group })} options={[any(), ...around.value.groups.map((one) => ({ value: one.id, label: one.name }))]} /> : null}
      </div>
      <Trouble of={found.trouble ?? doing.trouble} again={found.again} />
      {!page ? (found.trouble ? null : <Waits />) : page.items.length ? (
        <Table label={say("screen_submissions")}>
          <thead><tr><th scope="col">{t("state")}</th><th scope="col">{t("customer")}</th><th scope="col">{t("submission_text")}</th><th scope="col">{t("channel")}</th><th scope="col">{t("agent")}</th><th scope="col">{t("submission_at")}</th></tr></thead>
          <tbody>{page.items.map((one) => <Row key={one.id} one={one} />)}</tbody>
        </Table>
      ) : <Empty icon={MailQuestion} title={t("nothing_found")} />}
      {page?.next ? <div class="row"><Button busy={doing.busy} onClick={more}>{say("more")}</Button></div> : null}
    </div>
  );
}

const any = () => ({ value: "", label: t("any") });

function Row({ one }: { one: Submission }) {
  const name = one.customer.name ?? t("nobody");
  return (
    <tr>
      <td><Standing one={one} /></td>
      <td><a class="customer-link" href={addressOf("submission", { submission: one.id })}><Avatar name={name} id={one.customer.id} size="s" /><bdi>{name}</bdi></a></td>
      <td class="left"><span class="clip" dir="auto">{one.fields.map((field) => field.value).filter(Boolean).join(" · ") || "—"}</span></td>
      <td><bdi>{one.channel.name}</bdi></td>
      <td><bdi>{one.agent?.name ?? one.group?.name ?? "—"}</bdi></td>
      <td><time class="numeric" dateTime={one.at} title={fullTime(one.at)}>{shortTime(one.at)}</time></td>
    </tr>
  );
}

function Standing({ one }: { one: Submission }) {
  return (
    <span class="row wraps">
      <span class={`chip ${LOOKS[one.state]}`}>{t(`submission_${one.state}`)}</span>
      <span class="chip">{t(`submission_${one.kind}`)}{one.kind === "ticket" ? ` #${one.number}` : ""}</span>
      {one.unfinished ? <span class="chip warn">{t("unfinished")}</span> : null}
    </span>
  );
}

/** As a file of this browser's: the address alone opens nothing. */
async function save(wanted: object): Promise<void> {
  const file = (await ok(api.GET("/api/v1/inbox/submissions/export", { params: { query: wanted }, parseAs: "blob" }))) as unknown as Blob;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "submissions.csv";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function One({ id }: { id: string }) {
  const path = { id };
  const found = useLoaded(id, () => ok(api.GET("/api/v1/inbox/submissions/{id}", { params: { path } })));
  useNews(found.again, found.value?.customer.id ?? "");
  const doing = useDoing();
  const one = found.value;
  const later = new Set(one?.thread.map((message) => message.id));
  const before = (one?.chat ?? []).filter((message) => !later.has(message.id)); // of one chat, what was said of it comes in both
  const change = (call: () => Promise<unknown>) => void doing.run(async () => {
    await call();
    found.again();
  });
  const give = (to: string) => {
    const [kind, whom] = to.split(":");
    const body = kind === "agent" ? { agent: whom! } : kind === "group" ? { group: whom! } : {};
    change(() => ok(api.POST("/api/v1/inbox/submissions/{id}/assign", { params: { path }, body })));
  };
  const stand = (state: string) => change(() => ok(api.POST("/api/v1/inbox/submissions/{id}/state", { params: { path }, body: { state: state as State } })));
  return (
    <div class="page narrow">
      <header><a class="button quiet" href={addressOf("submissions")}><Icon of={ArrowLeft} turns />{say("screen_submissions")}</a></header>
      <Trouble of={found.trouble ?? doing.trouble} again={found.again} />
      {!one ? (found.trouble ? null : <Waits />) : (
        <>
          <section class="card stack" aria-labelledby="left-by">
            <div class="row wraps"><h1 id="left-by" class="grow"><bdi>{one.customer.name ?? t("nobody")}</bdi></h1><Standing one={one} /></div>
            <p class="faint small row wraps"><span>{t(`left_${one.reason}`)}</span><span aria-hidden="true">·</span><bdi>{one.channel.name}</bdi><span aria-hidden="true">·</span><time dateTime={one.at}>{fullTime(one.at)}</time><a class="row" href={addressOf("chat", { session: one.id })}>{t("chat")} <Icon of={ExternalLink} size={13} /></a></p>
            <dl class="facts">{one.fields.map((field) => <Field key={field.key} field={field} />)}</dl>
            <div class="asked">
              <SelectField label={t("state")} value={one.state} disabled={doing.busy} onChange={stand} options={STATES.map((each) => ({ value: each, label: t(`submission_${each}`) }))} />
              <SelectField label={t("agent")} value={one.agent ? `agent:${one.agent.id}` : one.group ? `group:${one.group.id}` : ""} disabled={doing.busy} onChange={(to) => to && give(to)} options={takers(one)} />
              {one.agent?.id === somebody.value?.id ? null : <Button icon={UserRoundCheck} busy={doing.busy} onClick={() => give("me")}>{t("claim")}</Button>}
            </div>
          </section>
          <section class="card stack" aria-label={t("messages")}>
            {before.length ? <Part title={t("chat")} open={!one.thread.length}><Talk messages={before} /></Part> : null}
            <Talk messages={one.thread} />
            <Answer one={one} done={found.again} />
          </section>
        </>
      )}
    </div>
  );
}

function Field({ field }: { field: Submission["fields"][number] }) {
  const safe = field.url && /^https?:\/\//i.test(field.url) ? field.url : null;
  return <><dt><bdi>{field.label}</bdi></dt><dd dir="auto">{safe ? <a href={safe} target="_blank" rel="noreferrer noopener">{field.value ?? field.label}</a> : (field.value ?? "—")}</dd></>;
}

function takers(one: Whole) {
  const { agents, groups } = around.value;
  const known = [...agents.map((agent) => ({ value: `agent:${agent.id}`, label: agent.name })), ...groups.map((group) => ({ value: `group:${group.id}`, label: `${t("group")}: ${group.name}` }))];
  const has = one.agent ? { value: `agent:${one.agent.id}`, label: one.agent.name } : one.group ? { value: `group:${one.group.id}`, label: one.group.name } : { value: "", label: t("no_agent") };
  return known.some((each) => each.value === has.value) ? known : [has, ...known];
}

function Talk({ messages }: { messages: readonly Message[] }) {
  return (
    <ol class="talk">
      {messages.map((message) => (
        <li key={message.id} class={message.author.kind === "customer" ? "theirs" : message.author.kind === "system" ? "system" : "ours"}>
          <p class="who small faint"><bdi>{message.author.name ?? t(`author_${message.author.kind}`)}</bdi> · <time dateTime={message.at}>{fullTime(message.at)}</time>{message.state === "failed" ? <span class="chip bad">{t("state_failed")} {message.error?.reason}</span> : null}</p>
          <div class="bubble"><Body content={message.content} /></div>
        </li>
      ))}
    </ol>
  );
}

/** Its `client_id` stays the same until it was taken: sent again after a lost line, it arrives once. */
function Answer({ one, done }: { one: Whole; done: () => void }) {
  const [text, setText] = useState("");
  const under = useRef(crypto.randomUUID?.() ?? `${Date.now()}`);
  const doing = useDoing();
  const submit = async (event: Event) => {
    event.preventDefault();
    const body = { client_id: under.current, content: { type: "text" as const, text: text.trim() } };
    const sent = await doing.run(() => ok(api.POST("/api/v1/inbox/submissions/{id}/messages", { params: { path: { id: one.id } }, body })));
    if (!sent) return;
    under.current = crypto.randomUUID?.() ?? `${Date.now()}`;
    setText("");
    toast(t("state_sent"));
    done();
  };
  return (
    <form class="stack" onSubmit={(event) => void submit(event)}>
      <TextField label={t("mode_reply")} lines={3} value={text} onChange={setText} />
      <Trouble of={doing.trouble} />
      <div class="row"><span class="grow" /><Button type="submit" look="main" busy={doing.busy} disabled={!text.trim()}>{t("send")}</Button></div>
    </form>
  );
}
