import "@fontsource-variable/inter/wght.css";
import "./common/tokens.css";
import "./common/base.css";
import "./common/parts.css";
import "./common/fields.css";
import "./common/tables.css";
import "./frame/frame.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./frame/App";
import { makeRouter } from "./frame/router";
import { applyTheme } from "./frame/theme";

applyTheme();
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App router={makeRouter()} />
    </StrictMode>,
  );
}
