// How is a picture put together? Elements with attributes, made once and changed where something changed.

const NAMESPACE = "http://www.w3.org/2000/svg";

export function svgElement(name, attributes = {}, ...children) {
  return dressed(document.createElementNS(NAMESPACE, name), attributes, children);
}

export function htmlElement(name, attributes = {}, ...children) {
  return dressed(document.createElement(name), attributes, children);
}

function dressed(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? "" : value);
    }
  }
  element.append(...children);
  return element;
}

// Text of names that models and people chose goes in as text, never as markup.
export function withText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
  return element;
}

export function emptied(element) {
  element.replaceChildren();
  return element;
}
