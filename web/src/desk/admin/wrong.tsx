/** What is wrong at a place of a form, said where it stands. */

import { CircleAlert } from "lucide";

import { Icon } from "../ui/icon";
import { useWrong, type Path } from "./around";

export function Wrong({ path, leaf = false }: { path: Path; leaf?: boolean }) {
  const wrong = useWrong(path, leaf);
  return wrong ? <p class="wrong" role="alert"><Icon of={CircleAlert} size={15} /><span>{wrong}</span></p> : null;
}
