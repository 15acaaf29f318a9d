/** A channel's own cards: how it is, what to paste where, and the test. */

import { Copy, Stethoscope } from "lucide";

import type { Schema } from "../api/client";
import { fullTime } from "../texts";
import { Button } from "../ui/button";
import { Trouble } from "../ui/shown";
import { toast } from "../ui/toast";
import { useDoing } from "../ui/use";
import { Health } from "./health";
import { ask } from "./server";
import { a } from "./texts";

type Channel = Schema["ChannelView"];

export function ChannelCards({ channel, guide, onChecked }: { channel: Channel; guide: readonly string[]; onChecked: () => void }) {
  const doing = useDoing();
  const look = () => void doing.run(async () => {
    await ask("POST", `admin/channels/${encodeURIComponent(channel.id)}/check`);
    onChecked();
  });
  const script = `<script async src="${location.origin}/widget.js" data-channel="${channel.id}"></script>`;
  const tag = guide.some((step) => step.includes("{script}"));
  const { health } = channel;
  return (
    <>
      <section class="card stack" aria-labelledby="health">
        <div class="row"><h2 id="health">{a("health")}</h2><Health of={health} /><span class="grow faint small">{health.at ? fullTime(health.at) : ""}</span><Button small icon={Stethoscope} busy={doing.busy} onClick={look}>{a("test_now")}</Button></div>
        <Trouble of={doing.trouble ?? health.reason} />
        {Object.keys(health.facts).length ? <dl class="facts">{Object.entries(health.facts).map(([name, fact]) => <div key={name}><dt>{name.replaceAll("_", " ")}</dt><dd><bdi>{fact}</bdi></dd></div>)}</dl> : null}
        <Copied label={tag ? a("script_tag") : a("webhook_url")} text={tag ? script : channel.webhook_url} />
      </section>
      {guide.length ? <Guide steps={guide} webhook={channel.webhook_url} script={script} /> : null}
    </>
  );
}

function Copied({ label, text }: { label: string; text: string }) {
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    toast(a("copied"));
  };
  return (
    <div class="copied">
      <span class="label">{label}</span>
      <div class="row"><code class="grow" dir="ltr">{text}</code><Button small icon={Copy} onClick={() => void copy()}>{a("copy")}</Button></div>
    </div>
  );
}

export function Guide({ steps, webhook, script }: { steps: readonly string[]; webhook: string | null; script: string | null }) {
  const filled = (step: string) => step.split(/(\{webhook\}(?:\/status)?|\{script\})/).map((piece, place) =>
    piece.startsWith("{") ? <code key={place}>{piece.replace("{webhook}", webhook ?? a("webhook_after")).replace("{script}", script ?? a("script_after"))}</code> : piece);
  return (
    <section class="card stack" aria-labelledby="guide">
      <h2 id="guide">{a("guide")}</h2>
      <ol class="guide">{steps.map((step) => <li key={step}>{filled(step)}</li>)}</ol>
    </section>
  );
}
