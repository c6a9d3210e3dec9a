import { useQuery } from "@tanstack/react-query";
import type { JsonObject } from "../api/exactJson";
import type { DefinitionNode } from "../api/types";
import { useMay } from "../frame/whoami";
import { listOf, schemaOf, useBlueprint, useChoices, type Summary } from "./blueprints";

/** The type of nodes that stand for a block. */
export const BLOCK = "block";

type Offered = { key: string; kind: string; label: string; note: string; type: { type: string }; payload: JsonObject };

/** The blocks that can be put into a draft. */
export function useBlocks(enabled: boolean): { fitting: (words: string) => Offered[] } {
  const may = useMay("templates:read");
  const { data } = useQuery({ queryKey: ["blocks", "offered"], queryFn: () => listOf("blocks"), enabled: enabled && may, staleTime: 60_000, retry: false });
  const all = enabled ? (data?.items ?? []) : [];
  return { fitting: (words) => all.filter((block) => fits(block, words)).map(offered) };
}

function fits({ name, description, tags }: Summary, words: string): boolean {
  const text = `block ${name} ${description ?? ""} ${tags.join(" ")}`.toLowerCase();
  return words.split(/\s+/).every((word) => text.includes(word));
}

function offered({ id, name, description }: Summary): Offered {
  return { key: id, kind: "block", label: name, note: description ?? "", type: { type: BLOCK }, payload: { blockId: id } };
}

const NOTHING: JsonObject = { type: "object", properties: {} };

/** The form of a node that stands for a block: which block, and what it has to be told. */
export function useBlockSchema(node: DefinitionNode): JsonObject | undefined {
  const given = node.type === BLOCK ? node.payload?.["blockId"] : undefined;
  const { data } = useBlueprint("blocks", typeof given === "string" && given !== "" ? given : undefined);
  const choices = useChoices(data?.inputs ?? []);
  if (!data) return undefined;
  const inputs = data.inputs.length === 0 ? NOTHING : schemaOf(data.inputs, choices);
  return {
    type: "object",
    required: data.inputs.length === 0 ? ["blockId"] : ["blockId", "inputs"],
    properties: { blockId: { type: "string", title: "Block", description: data.name }, inputs: { ...inputs, title: "What it is told" } },
  };
}
