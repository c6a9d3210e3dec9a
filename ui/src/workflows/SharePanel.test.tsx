import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { workflow } from "../../test/mock/rooms.mjs";
import { open } from "../../test/page";
import { snippetOf } from "./snippet";

const path = `/v1/workflows/${workflow.id}`;
const saved = { ...workflow, version: workflow.version + 1 };

describe("sharing a workflow", () => {
  it("says that it is not public, and makes the draft public by a switch", async () => {
    const { requests } = await open(`/workflows/${workflow.id}?tab=share`, { [`GET ${path}`]: () => workflow, [`GET ${path}/versions/3`]: () => ({ definition: { nodes: {} } }), [`PUT ${path}`]: () => saved });
    expect(await screen.findByText(/It is not public now/)).toBeVisible();
    expect(screen.queryByText("Its page")).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole("radio", { name: /Everybody may start runs/ }));
    expect(await screen.findByText("Its page")).toBeVisible();
    // Where no origin is named there is nothing to embed.
    expect(screen.queryByText(/<iframe/)).not.toBeInTheDocument();
    fireEvent.change(screen.getByLabelText("Origins that may embed it"), { target: { value: "https://shop.example/" } });
    expect(screen.getByText(/sandbox="allow-scripts allow-forms"/)).toBeVisible();
    await waitFor(() => {
      const put = requests.findLast(({ line }) => line === `PUT ${path}`);
      expect(put?.body).toMatchObject({ definition: { visibility: "public_execute", publicWidgetConfig: { allowedOrigins: ["https://shop.example"] } } });
    });
  });

  it("writes a name into the snippet as text", () => {
    const snippet = snippetOf("https://keel.example", "wf_1", `"><script>alert(1)</script>`);
    expect(snippet).toContain('title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(snippet).toContain('src="https://keel.example/embed/wf_1"');
  });
});
