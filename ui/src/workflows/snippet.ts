/** What is put into a page to show the form of a workflow there. The frame may run scripts and send its form, and nothing else. */
export function snippetOf(server: string, workflowId: string, title: string): string {
  return `<iframe id="${workflowId}" src="${server}/embed/${workflowId}" title="${escaped(title)}"
  sandbox="allow-scripts allow-forms" referrerpolicy="origin" loading="lazy"
  style="border: 0; width: 100%; height: 320px"></iframe>
<script>
  addEventListener("message", (event) => {
    const frame = document.getElementById("${workflowId}");
    if (event.source === frame.contentWindow && event.data?.type === "chainkeel:resize")
      frame.style.height = event.data.height + "px";
  });
</script>`;
}

/** A name goes into an attribute: what could end that is written otherwise. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
