import { Handle, Position, type Node, type NodeProps } from "@xyflow/react";
import { TriangleAlert } from "lucide-react";
import { memo } from "react";
import { StatusSign } from "../common/Status";
import { iconOf } from "./icons";

type Drawn = {
  id: string;
  title: string;
  type: string;
  /** What people call the type. */
  name: string;
  category: string | undefined;
  faults: number;
  /** What a simulation made of it. */
  status: string | undefined;
  isTrigger: boolean;
};
export type DrawnNode = Node<Drawn, "node">;

export const EditorNode = memo(function EditorNode({ data, selected }: NodeProps<DrawnNode>) {
  const Icon = iconOf(data.type, data.category);
  return (
    <div className={`graph-node${selected ? " selected" : ""}${data.faults > 0 ? " faulty" : ""}${data.isTrigger ? " trigger" : ""}`}>
      <Handle type="target" position={Position.Top} isConnectable={!data.isTrigger} />
      <Icon size={18} className="node-icon" aria-hidden />
      <div className="grow">
        <div className="graph-title">
          <bdi>{data.title}</bdi>
        </div>
        <div className="small quiet graph-line">
          <span>{data.name}</span>
        </div>
      </div>
      {data.faults > 0 ? <TriangleAlert size={16} className="tone-wait" aria-hidden /> : data.status && <StatusSign of={data.status} size={16} />}
      <Handle type="source" position={Position.Bottom} />
    </div>
  );
});
