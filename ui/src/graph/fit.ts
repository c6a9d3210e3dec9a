/** How a graph is shown whole: not larger than it is, and beside the buttons that stand at its left edge. */
export const WHOLE = { maxZoom: 1, padding: { top: "24px", right: "24px", bottom: "24px", left: "60px" } } as const;

/** What every drawing of a graph has of React Flow. */
export const DRAWN = { fitView: true, fitViewOptions: WHOLE, minZoom: 0.1, proOptions: { hideAttribution: true } } as const;

/** A graph that is looked at, not changed. */
export const READ_ONLY = { ...DRAWN, nodesDraggable: false, nodesConnectable: false, edgesFocusable: false } as const;
