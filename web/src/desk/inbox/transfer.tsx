/** Handing a chat over: to a colleague or a group, with a note. */

import { UsersRound } from "lucide";
import { useEffect, useState } from "preact/hooks";

import { api, ok } from "../api/client";
import { goTo } from "../router";
import { say, written } from "../texts";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { TextField } from "../ui/field";
import { Icon } from "../ui/icon";
import { Avatar, Trouble } from "../ui/shown";
import { toast } from "../ui/toast";
import { useDoing } from "../ui/use";
import { around, loadAround, mine, put, type Still } from "./book";
import { t } from "./texts";

type To = { agent: string } | { group: string };

export function Transfer({ session, how, onClose }: { session: Still; how: "transfer" | "invite"; onClose: () => void }) {
  const inviting = how === "invite";
  const [q, setQ] = useState("");
  const [to, setTo] = useState<To | null>(null);
  const [note, setNote] = useState("");
  const doing = useDoing();
  useEffect(() => void loadAround(), []);
  const fits = (name: string) => name.toLowerCase().includes(q.trim().toLowerCase());
  const order = { online: 0, busy: 1, offline: 2 };
  const agents = around.value.agents.filter((agent) => agent.id !== session.agent?.id && fits(agent.name)).sort((a, b) => order[a.status] - order[b.status] || a.name.localeCompare(b.name));
  const groups = inviting ? [] : around.value.groups.filter((group) => fits(group.name));
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!to) return;
    const was = mine(session);
    const body = { ...to, ...(note.trim() ? { note: note.trim() } : {}) };
    const params = { path: { id: session.id } };
    const done = await doing.run(async () => {
      if (inviting && "agent" in to) put([await ok(api.POST("/api/v1/inbox/sessions/{id}/invite", { params, body: { agent: to.agent } }))]);
      else put([await ok(api.POST("/api/v1/inbox/sessions/{id}/transfer", { params, body }))]);
    });
    if (!done) return;
    if (!inviting) toast(t("transferred"));
    onClose();
    if (was && !inviting) goTo("inbox");
  };
  const chosen = (one: To) => JSON.stringify(one) === JSON.stringify(to);
  return (
    <Dialog title={t(inviting ? "invite" : "transfer_to")} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <input class="input" type="search" dir={written(q)} aria-label={t("search")} placeholder={t("search")} value={q} onInput={(event) => setQ(event.currentTarget.value)} />
        <ul class="picks targets">
          {groups.map((group) => (
            <li key={group.id}><button type="button" class="pick row" aria-pressed={chosen({ group: group.id })} onClick={() => setTo({ group: group.id })}><span class="avatar h0"><Icon of={UsersRound} size={16} /></span><bdi class="grow clip">{group.name}</bdi><span class="chip">{t("group")}</span></button></li>
          ))}
          {agents.map((agent) => (
            <li key={agent.id}><button type="button" class="pick row" aria-pressed={chosen({ agent: agent.id })} disabled={agent.status === "offline"} onClick={() => setTo({ agent: agent.id })}><Avatar name={agent.name} id={agent.id} /><bdi class="grow clip">{agent.name}</bdi><span class="faint small numeric">{agent.load}/{agent.capacity}</span><span class="row small"><span class={`dot ${agent.status}`} />{say(`status_${agent.status}`)}</span></button></li>
          ))}
        </ul>
        {inviting ? null : <TextField label={t("transfer_note")} hint={t("note_hint")} lines={2} value={note} onChange={setNote} />}
        <Trouble of={doing.trouble} />
        <div class="row"><span class="grow" /><Button onClick={onClose}>{say("cancel")}</Button><Button type="submit" look="main" busy={doing.busy} disabled={!to}>{t(how)}</Button></div>
      </form>
    </Dialog>
  );
}
