import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rootRoute } from "../frame/rootRoute";
import { parseTableView } from "./tableView";

const getParentRoute = () => rootRoute;

export const dataRoutes = [
  createRoute({ getParentRoute, path: "/tables", component: lazyRouteComponent(() => import("./TablesPage"), "TablesPage") }),
  createRoute({ getParentRoute, path: "/tables/$name", validateSearch: parseTableView, component: lazyRouteComponent(() => import("./TablePage"), "TablePage") }),
  createRoute({ getParentRoute, path: "/query", component: lazyRouteComponent(() => import("./QueryPage"), "QueryPage") }),
  createRoute({ getParentRoute, path: "/schemas", component: lazyRouteComponent(() => import("./SchemasPage"), "SchemasPage") }),
  createRoute({ getParentRoute, path: "/schemas/$schemaId", component: lazyRouteComponent(() => import("./SchemaPage"), "SchemaPage") }),
  createRoute({ getParentRoute, path: "/storage", component: lazyRouteComponent(() => import("./StoragePage"), "StoragePage") }),
  createRoute({ getParentRoute, path: "/knowledge", component: lazyRouteComponent(() => import("./KnowledgePage"), "KnowledgePage") }),
  createRoute({ getParentRoute, path: "/knowledge/$documentId", component: lazyRouteComponent(() => import("./DocumentPage"), "DocumentPage") }),
] as const;
