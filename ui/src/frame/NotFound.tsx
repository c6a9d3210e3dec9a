import { Link } from "@tanstack/react-router";
import { Empty } from "../common/Empty";

export function NotFound() {
  return (
    <Empty title="There is no such page">
      <p>The address may be mistyped, or from another version.</p>
      <Link to="/runs" search={{}} className="button">
        To the runs
      </Link>
    </Empty>
  );
}
