/** All quick replies: to use, to make, to change. */

import { Pencil, Plus, Trash2, UsersRound, Zap } from "lucide";
import { useState } from "preact/hooks";

import { api, ok, Problem } from "../api/client";
import { may } from "../session";
import { LANGUAGES, languageName, say, written } from "../texts";
import { Button, IconButton } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { SelectField, Switch, TextField } from "../ui/field";
import { Icon } from "../ui/icon";
import { Empty, Trouble } from "../ui/shown";
import { useDoing } from "../ui/use";
import type { Still } from "./book";
import { fill, loadQuickReplies, matching, quickReplies, type QuickReply } from "./quick";
import { t } from "./texts";

export function QuickReplies({ session, onClose, use }: { session: Still; onClose: () => void; use: (text: string) => void }) {
  const [q, setQ] = useState("");
  const [editing, setEditing] = useState<QuickReply | "new" | null>(null);
  const found = matching(quickReplies.value, q);
  if (editing) return <Dialog title={t(editing === "new" ? "quick_new" : "quick_change")} onClose={onClose}><Edit reply={editing === "new" ? null : editing} language={session.language} done={() => setEditing(null)} /></Dialog>;
  return (
    <Dialog title={t("quick_replies")} onClose={onClose} wide>
      <div class="stack">
        <div class="row">
          <input class="input grow" type="search" dir={written(q)} aria-label={t("search")} placeholder={t("search")} value={q} onInput={(event) => setQ(event.currentTarget.value)} />
          <Button icon={Plus} onClick={() => setEditing("new")}>{t("quick_new")}</Button>
        </div>
        {found.length ? (
          <ul class="picks">
            {found.map((reply) => (
              <li key={reply.id} class="row">
                <button type="button" class="pick grow" onClick={() => use(fill(reply, session))}>
                  <span class="row"><bdi class="title-mono">/{reply.shortcut}</bdi>{reply.title ? <bdi class="small">{reply.title}</bdi> : null}{reply.shared ? <Icon of={UsersRound} size={13} /> : null}</span>
                  <span class="faint small two-lines" dir="auto">{fill(reply, session)}</span>
                </button>
                {reply.shared && !may("supervisor") ? null : <IconButton icon={Pencil} small label={t("quick_change_one", { name: reply.shortcut })} onClick={() => setEditing(reply)} />}
              </li>
            ))}
          </ul>
        ) : <Empty icon={Zap} title={t(quickReplies.value.length ? "nothing_found" : "quick_none")}><p>{t("quick_hint")}</p></Empty>}
      </div>
    </Dialog>
  );
}

function Edit({ reply, language, done }: { reply: QuickReply | null; language: string; done: () => void }) {
  const [shortcut, setShortcut] = useState(reply?.shortcut ?? "");
  const [title, setTitle] = useState(reply?.title ?? "");
  const [texts, setTexts] = useState<Record<string, string>>(reply?.texts ?? { [language]: "" });
  const [tag, setTag] = useState(Object.keys(texts)[0] ?? "en");
  const [shared, setShared] = useState(reply?.shared ?? false);
  const doing = useDoing();
  const problem = doing.trouble instanceof Problem ? doing.trouble : null;
  const written = Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim()));
  const save = async (event: Event) => {
    event.preventDefault();
    const body = { shortcut: shortcut.trim(), title: title.trim(), texts: written };
    const saved = await doing.run(async () => {
      if (reply) await ok(api.PATCH("/api/v1/inbox/quick-replies/{id}", { params: { path: { id: reply.id } }, body }));
      else await ok(api.POST("/api/v1/inbox/quick-replies", { body: { ...body, shared } }));
      await loadQuickReplies();
    });
    if (saved) done();
  };
  const remove = async () => {
    const gone = await doing.run(async () => {
      await ok(api.DELETE("/api/v1/inbox/quick-replies/{id}", { params: { path: { id: reply!.id } } }));
      await loadQuickReplies();
    });
    if (gone) done();
  };
  const tags = [...new Set([...LANGUAGES, ...Object.keys(texts), language])].sort();
  const wrongText = problem?.errors.find((error) => error.field.startsWith("texts"))?.message;
  return (
    <form class="stack" onSubmit={(event) => void save(event)}>
      <TextField label={t("quick_shortcut")} hint={t("quick_shortcut_hint")} value={shortcut} onChange={setShortcut} wrong={problem?.at("shortcut")} required autofocus />
      <TextField label={t("quick_title")} value={title} onChange={setTitle} wrong={problem?.at("title")} />
      <SelectField label={t("language")} value={tag} onChange={setTag} options={tags.map((one) => ({ value: one, label: `${languageName(one)}${texts[one]?.trim() ? " ✓" : ""}` }))} />
      <TextField label={t("quick_text")} hint={t("quick_text_hint")} lines={5} value={texts[tag] ?? ""} onChange={(value) => setTexts({ ...texts, [tag]: value })} wrong={wrongText} />
      {may("supervisor") && !reply ? <Switch label={t("quick_shared")} checked={shared} onChange={setShared} /> : null}
      {problem?.errors.length ? null : <Trouble of={doing.trouble} />}
      <div class="row">
        {reply ? <Button look="danger" icon={Trash2} onClick={() => void remove()} disabled={doing.busy}>{say("delete")}</Button> : null}
        <span class="grow" />
        <Button onClick={done}>{say("cancel")}</Button>
        <Button type="submit" look="main" busy={doing.busy} disabled={!shortcut.trim() || !Object.keys(written).length}>{say("save")}</Button>
      </div>
    </form>
  );
}
