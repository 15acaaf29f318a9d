/** Where an admin begins: how the channels are, and the way to everything else. */

import type { Schema } from "../api/client";
import { say } from "../texts";
import { Trouble, Waits } from "../ui/shown";
import { useLoaded } from "../ui/use";
import { AdminFrame, useAreas, oneOf } from "./frame";
import { Health } from "./health";
import { all } from "./server";
import { addressOf } from "../screens";
import { a } from "./texts";

export function Overview() {
  const channels = useLoaded("channels", () => all<Schema["ChannelView"]>("admin/channels"));
  const settings = useAreas();
  return (
    <AdminFrame title={say("screen_admin")} overview>
      <section class="card stack" aria-labelledby="health">
        <h2 id="health">{a("channels")}</h2>
        <Trouble of={channels.trouble} again={channels.again} />
        {channels.value ? channels.value.length ? (
          <ul class="plain-list">{channels.value.map((one) => <li key={one.id}><a class="grow" href={oneOf("channels", one.id)}><bdi>{one.name}</bdi></a><Health of={one.health} /></li>)}</ul>
        ) : <p class="faint">{a("nothing_yet")}</p> : channels.trouble ? null : <Waits />}
      </section>
      <section class="card stack areas" aria-labelledby="areas">
        <h2 id="areas">{a("settings")}</h2>
        <Trouble of={settings.trouble} again={settings.again} />
        <ul class="plain-list">
          {(settings.value ?? []).map((one) => <li key={one.area}><div class="grow"><a href={addressOf("admin-area", { area: one.area })}>{one.title}</a>{one.about ? <p class="hint">{one.about}</p> : null}</div></li>)}
        </ul>
      </section>
    </AdminFrame>
  );
}
