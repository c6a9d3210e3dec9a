import { describe, expect, it } from "vitest";
import { SseParser, type Message } from "./sseParser";

const STREAM = 'retry: 3000\n\nid: 7\nevent: started\ndata: {"a":\ndata: 1}\n\n: keep-alive\n\nid: 8\r\ndata: x\r\n\r\n';

describe("the parser of streams", () => {
  it("reads the same messages wherever the bytes were cut", () => {
    const whole = new SseParser().take(STREAM);
    expect(whole.retry).toBe(3000);
    expect(whole.messages).toEqual([
      { id: "7", event: "started", data: '{"a":\n1}' },
      { id: "8", event: "message", data: "x" },
    ]);
    for (let size = 1; size < 12; size += 1) {
      const parser = new SseParser();
      const messages: Message[] = [];
      for (let at = 0; at < STREAM.length; at += size) messages.push(...parser.take(STREAM.slice(at, at + size)).messages);
      expect(messages, `cut at each ${size}`).toEqual(whole.messages);
    }
  });

  it("gives nothing for an event that has not ended", () => {
    expect(new SseParser().take("id: 1\ndata: half").messages).toEqual([]);
  });
});
