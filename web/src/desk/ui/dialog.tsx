/** A dialog over the screen: focus stays in it, Escape leaves it, and the focus goes back where it came from. */

import * as Ariakit from "@ariakit/react";
import { X } from "lucide";
import type { ComponentChildren } from "preact";

import { say } from "../texts";
import { Icon } from "./icon";

export function Dialog({ title, onClose, wide = false, children }: { title: string; onClose: () => void; wide?: boolean; children: ComponentChildren }) {
  return (
    <Ariakit.Dialog open onClose={onClose} backdrop={<div class="scrim" />} className={wide ? "dialog wide" : "dialog"} unmountOnHide>
      <header>
        <Ariakit.DialogHeading render={<h2 />}>{title}</Ariakit.DialogHeading>
        <Ariakit.DialogDismiss className="button quiet icon-only" aria-label={say("close")}><Icon of={X} /></Ariakit.DialogDismiss>
      </header>
      <div class="body">{children}</div>
    </Ariakit.Dialog>
  );
}
