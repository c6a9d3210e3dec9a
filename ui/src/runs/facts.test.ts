import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { LedgerEvent } from "../api/types";
import { events } from "../../test/mock/world.mjs";
import { changesBetween } from "./changes";
import { readCheckpoint } from "./checkpoint";
import { factOf, lanesOf, placeOf, signOf, titleOf } from "./facts";

const told = events as unknown as LedgerEvent[];

describe("the facts of a run", () => {
  it("become stretches of running, of waiting and of waiting for the next attempt", () => {
    const lanes = lanesOf(told);
    const rate = lanes.find(({ place }) => place === "rate");
    expect(rate?.stretches.map(({ kind, attempt }) => [kind, attempt])).toEqual([["run", 1], ["retry", 2], ["run", 2]]);
    expect(rate?.outcome).toBe("success");
    const approval = lanes.find(({ place }) => place === "approval");
    expect(approval?.stretches[0]?.kind).toBe("wait");
    expect(lanes.find(({ place }) => place === "refuse")).toBeUndefined();
  });

  it("have words for every fact that the ledger knows", () => {
    const golden = "../tests/golden/run";
    for (const name of readdirSync(golden)) {
      const type = name.split("@")[0] ?? "";
      const payload = JSON.parse(readFileSync(`${golden}/${name}`, "utf8")) as LedgerEvent["payload"];
      const event = { type, payload: payload[type] ? payload : { [type]: payload }, metadata: {} } as unknown as LedgerEvent;
      expect(titleOf(event), type).not.toBe(type.replaceAll("_", " "));
      expect(signOf(event)).toBeTruthy();
      expect(factOf(event)).toBeTypeOf("object");
    }
  });

  it("name the place that they are about", () => {
    expect(placeOf(told[3] as LedgerEvent)).toBe("rate");
    expect(placeOf(told[0] as LedgerEvent)).toBeUndefined();
  });
});

describe("changes", () => {
  it("are told by their path, and only where something differs", () => {
    const before = { status: "running", nodes: { a: { status: "running", attempt: 1 } } };
    const after = { status: "running", nodes: { a: { status: "success", attempt: 1 }, b: { status: "running" } } };
    expect(changesBetween(before, after)).toEqual([
      { path: "nodes.a.status", before: "running", after: "success" },
      { path: "nodes.b", before: undefined, after: { status: "running" } },
    ]);
  });
});

describe("a checkpoint", () => {
  it("is read from its signed note, and refused where it is none", () => {
    expect(readCheckpoint("chainkeel/x\n4800\nq83v\n\n— sig\n")).toEqual({ origin: "chainkeel/x", size: 4800n, root: "q83v" });
    expect(() => readCheckpoint("<html>")).toThrow("could not be read");
  });
});
