/** What becomes of a definition when something in its drawing is dragged. */
import type { Definition } from "../../api/types";
import type { DefinedLink } from "../../graph/linksOf";
import { connect, disconnect, setNode } from "./edit";
import { ROOT } from "./ids";
import { linkFault, parentsOf, type BranchesOf } from "./links";

export type Moved = { definition: Definition } | { fault: string };

/** One end of a link at another node; what kind of link it is, and on which branch, stays. */
export function reconnect(definition: Definition, link: DefinedLink, from: string, to: string, branchesOf: BranchesOf): Moved {
  if (from === link.from && to === link.to) return { definition };
  const apart = disconnect(definition, link, branchesOf);
  const fault = linkFault(apart, from, to, link.bond);
  if (fault !== undefined) return { fault };
  const above = apart.nodes[from];
  const isOffered = link.branch !== undefined && above !== undefined && branchesOf(above).includes(link.branch);
  return { definition: connect(apart, from, to, link.bond, isOffered ? link.branch : undefined) };
}

/** A node taken from where it is, and put into a link. What followed it follows those that led to it. */
export function moveInto(definition: Definition, id: string, link: DefinedLink, branchesOf: BranchesOf): Moved {
  const node = definition.nodes[id];
  if (!node || id === ROOT) return { fault: "The trigger begins the run: it stands before all others" };
  if (link.from === id || link.to === id) return { definition };
  const chose = branchesOf(node).length > 0 && new Set((node.children ?? []).map((child) => definition.nodes[child]?.branch)).size > 1;
  if (chose) return { fault: `“${id}” chooses among what follows it: disconnect that first` };
  if (node.loopBody?.length) return { fault: `“${id}” is a loop: its body would be lost` };
  const field = link.bond === "loop" ? "loopBody" : "children";
  const apart = detached(definition, id, branchesOf);
  const [source, target] = [apart.nodes[link.from], apart.nodes[link.to]];
  const at = source?.[field]?.indexOf(link.to) ?? -1;
  if (!source || !target || at < 0) return { fault: "There is no such link any more" };
  const isChoice = link.bond === "child" && branchesOf(source).length > 0;
  const put = setNode(apart, link.from, { [field]: source[field]?.with(at, id) });
  const led = setNode(put, id, { children: [link.to], branch: isChoice ? target.branch : undefined });
  return { definition: isChoice ? setNode(led, link.to, { branch: undefined }) : led };
}

/** A node that stands alone: what it led to is led to by what led to it. Its settings stay. */
function detached(definition: Definition, id: string, branchesOf: BranchesOf): Definition {
  const node = definition.nodes[id];
  const parents = parentsOf(definition, id);
  const children = node?.children ?? [];
  let apart = definition;
  for (const [name, other] of Object.entries(definition.nodes)) {
    const heal = (list: string[] | undefined) => list && [...new Set(list.flatMap((each) => (each === id ? children : [each])))];
    if (other.children?.includes(id)) apart = setNode(apart, name, { children: heal(other.children) });
    if (other.loopBody?.includes(id)) apart = setNode(apart, name, { loopBody: heal(other.loopBody) });
  }
  const isChosen = parents.some((parent) => branchesOf(definition.nodes[parent] ?? { type: "", payload: {} }).length > 0);
  for (const child of children) {
    if (isChosen && apart.nodes[child]?.branch === undefined) apart = setNode(apart, child, { branch: node?.branch });
  }
  return setNode(apart, id, { children: [], branch: undefined });
}

/** What stands side by side stands in the order in which it is listed: a node that is dragged sideways is listed elsewhere. */
export function reorder(definition: Definition, id: string, x: (id: string) => number): Definition {
  let next = definition;
  for (const [name, node] of Object.entries(definition.nodes)) {
    for (const field of ["children", "loopBody"] as const) {
      const list = node[field];
      if (!list?.includes(id) || list.length < 2) continue;
      const others = list.filter((each) => each !== id);
      const at = others.findIndex((each) => x(each) > x(id));
      const sorted = at < 0 ? [...others, id] : [...others.slice(0, at), id, ...others.slice(at)];
      if (sorted.some((each, index) => each !== list[index])) next = setNode(next, name, { [field]: sorted });
    }
  }
  return next;
}
