/** What is around every screen: the rail to the others, one's own status, and whether the line is open. */

import { AtSign, Compass, Headset, Inbox as InboxSign, MailQuestion, Settings, SlidersHorizontal, UsersRound, Radar, LogOut, Moon, Sun, type IconNode } from "lucide";
import type { Signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";

import { api, ok } from "./api/client";
import { line } from "./api/socket";
import { me, setStatus } from "./me";
import { goTo, place } from "./router";
import { atLeast, addressOf, SCREENS, type Screen, type ScreenId, type Shown } from "./screens";
import { may, signedOut, somebody } from "./session";
import { direction, say, worded, type CommonKey } from "./texts";
import { theme, wear } from "./theme";
import { mentions, unread } from "./unread";
import { Icon } from "./ui/icon";
import { Menu } from "./ui/menu";
import { Avatar, Empty, Trouble, Waits } from "./ui/shown";
import { Toasts } from "./ui/toast";
import { Tip } from "./ui/button";

const ADMIN = SCREENS.map(({ id }) => id).filter((id) => id.startsWith("admin"));

/** The rail's order; a screen shows there when the one who looks may go there. */
const RAIL: readonly { id: ScreenId; icon: IconNode; holds: readonly ScreenId[]; role: "agent" | "supervisor" | "admin" }[] = [
  { id: "inbox", icon: InboxSign, holds: ["inbox", "chat"], role: "agent" },
  { id: "mentions", icon: AtSign, holds: ["mentions"], role: "agent" },
  { id: "customers", icon: UsersRound, holds: ["customers", "customer"], role: "agent" },
  { id: "submissions", icon: MailQuestion, holds: ["submissions", "submission"], role: "agent" },
  { id: "floor", icon: Radar, holds: ["floor"], role: "supervisor" },
  { id: "admin", icon: Settings, holds: ADMIN, role: "admin" },
];

export function Frame() {
  const at = place.value;
  if (at?.screen.role === "nobody") return <><Title /><Screens screen={at.screen} params={at.params} /><Toasts /></>;
  if (!somebody.value) return null;
  return (
    <div class="frame">
      <Title />
      <Rail at={at?.screen.id ?? null} />
      {line.value === "waiting" ? <p class="line-state" role="status">{say("line_waiting")}</p> : null}
      <main id="main" tabIndex={-1}>
        {!at ? <Empty icon={Compass} title={say("nowhere")}><a href="/desk/">{say("screen_inbox")}</a></Empty>
          : may(at.screen.role) ? <Screens screen={at.screen} params={at.params} />
          : <Empty icon={Compass} title={say("not_allowed")}><a href="/desk/">{say("screen_inbox")}</a></Empty>}
      </main>
      <Toasts />
    </div>
  );
}

/** What the browser's tab says. By itself, so that a count does not draw everything again. */
function Title() {
  const at = place.value;
  const title = at ? say(at.screen.title) : say("nowhere");
  const waiting = unread.value;
  useEffect(() => {
    document.title = `${waiting ? `(${waiting}) ` : ""}${title} · Frontdesk`;
  }, [title, waiting]);
  return null;
}

/** What is unread behind a sign of the rail. */
const COUNTS: Partial<Record<ScreenId, Signal<number>>> = { inbox: unread, mentions };

function Unread({ of }: { of: Signal<number> }) {
  const waiting = of.value;
  return waiting ? <span class="count">{waiting > 99 ? "99+" : waiting}</span> : null;
}

function Screens({ screen, params }: { screen: Screen; params: Readonly<Record<string, string>> }) {
  const [shown, setShown] = useState<{ Part: Shown } | null>(null);
  const [trouble, setTrouble] = useState<unknown>(null);
  useEffect(() => {
    let wanted = true;
    screen.load().then(
      async (Part) => {
        await worded();
        if (wanted) setShown({ Part });
      },
      (error: unknown) => wanted && setTrouble(error),
    );
    return () => void (wanted = false);
  }, [screen]);
  if (trouble) return <div class="page"><Trouble of={say("screen_missing")} again={() => location.reload()} /></div>;
  return shown ? <shown.Part params={params} /> : <Waits />;
}

function Rail({ at }: { at: ScreenId | null }) {
  const tip = direction.value === "rtl" ? "left" : "right";
  return (
    <nav class="rail" aria-label={say("navigation")}>
      <div class="mark"><Icon of={Headset} size={20} /></div>
      {RAIL.filter(({ role }) => atLeast(somebody.value?.role ?? "nobody", role)).map(({ id, icon, holds }) => (
        <Tip key={id} label={say(`screen_${id}` as CommonKey)} side={tip}>
          <a href={addressOf(id)} aria-current={at && holds.includes(at) ? "page" : undefined}>
            <Icon of={icon} size={20} />
            <span class="unseen">{say(`screen_${id}` as CommonKey)}</span>
            {COUNTS[id] ? <Unread of={COUNTS[id]} /> : null}
          </a>
        </Tip>
      ))}
      <div class="grow" />
      <Myself />
    </nav>
  );
}

const STATUSES = ["online", "busy", "offline"] as const;

function Myself() {
  const mine = me.value;
  const who = somebody.value!;
  const status = mine?.status ?? "offline";
  return (
    <Menu
      className="me"
      label={`${who.name}: ${say(`status_${status}`)}`}
      items={[
        { title: mine ? `${who.name} · ${say("load", { load: mine.load, capacity: mine.capacity })}` : who.name },
        ...STATUSES.map((one) => ({ label: say(`status_${one}`), act: () => void setStatus(one), chosen: one === status })),
        "line",
        { label: say(theme.value === "dark" ? "theme_light" : "theme_dark"), icon: theme.value === "dark" ? Sun : Moon, act: () => wear(theme.value === "dark" ? "light" : "dark") },
        { label: say("screen_preferences"), icon: SlidersHorizontal, act: () => goTo("preferences") },
        "line",
        { label: say("sign_out"), icon: LogOut, act: () => void leave() },
      ]}
    >
      <Avatar name={who.name} id={who.id} />
      <span class={`dot ${status}`} aria-hidden="true" />
    </Menu>
  );
}

async function leave(): Promise<void> {
  await ok(api.POST("/api/v1/auth/logout")).catch(() => undefined); // gone from here in any case
  signedOut();
}
