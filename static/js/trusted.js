// The one door through which markup becomes elements (Trusted Types): it lets nothing pass that could run.
// A classic script before htmx, because htmx must find the door there. Where the browser has no Trusted Types, the
// content security policy alone stands. Must not know any page.

(() => {
  if (!window.trustedTypes) return;
  const FORBIDDEN =
    "script, iframe, frame, object, embed, base, style, portal, meta[http-equiv], link[rel=import], " +
    // These are read one way where scripts are off, as here, and another way on the page.
    "noscript, noembed, noframes, plaintext, xmp";
  const ADDRESSES = new Set(["href", "src", "action", "formaction", "xlink:href", "data", "ping", "srcdoc"]);
  const RUNS = /^(?:javascript|vbscript|data):/i;
  const PICTURE = /^data:image\/(?:png|gif|jpeg|webp|svg\+xml)[;,]/i;
  const inert = trustedTypes.createPolicy("haven-inspect", { createHTML: (markup) => markup });

  function address(element, { name, value }) {
    if (!ADDRESSES.has(name)) return false;
    // Browsers leave out blanks and control characters before they read the scheme.
    const said = value.replace(/[\u0000-\u0020\u007f-\u00a0]/g, "");
    return name === "srcdoc" || (RUNS.test(said) && !(element.localName === "img" && PICTURE.test(said)));
  }

  // htmx reads a whole page to take its body: what that page's head names is read then, and neither fetched nor run.
  const isRead = (element, sink) =>
    (sink === "Document parseHTMLUnsafe" || sink === "DOMParser parseFromString") &&
    element.matches("html > head > script[src]") &&
    element.attributes.length <= 3 &&
    !element.textContent.trim();

  const runs = (element, sink) =>
    (element.matches(FORBIDDEN) && !isRead(element, sink)) ||
    [...element.attributes].some(
      (attribute) =>
        /^(?:on|hx-on|data-hx-on|hx-vars|data-hx-vars)/i.test(attribute.name) ||
        (/^(?:data-)?hx-/i.test(attribute.name) && /^\s*(?:js|javascript):/i.test(attribute.value)) ||
        address(element, attribute),
    );

  const isQuiet = (root, sink) =>
    [...root.querySelectorAll("*")].every(
      (element) => !runs(element, sink) && (element.localName !== "template" || isQuiet(element.content, sink)),
    );

  trustedTypes.createPolicy("default", {
    createHTML: (markup, _kind, sink) =>
      isQuiet(new DOMParser().parseFromString(inert.createHTML(markup), "text/html"), sink) ? markup : null,
  });
})();
