/** How a graph is shown whole: not larger than it is, and beside the buttons that stand at its left edge. */
export const WHOLE = { maxZoom: 1, padding: { top: "24px", right: "24px", bottom: "24px", left: "60px" } } as const;
