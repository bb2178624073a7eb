// @ts-check
/** One place to import from: templates, hooks and signals. */
import { h } from "preact";
import htm from "htm";

export const html = htm.bind(h);
export { Component, createRef, Fragment, h, render } from "preact";
export {
  useCallback,
  useEffect,
  useErrorBoundary,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "preact/hooks";
export {
  batch,
  computed,
  effect,
  signal,
  untracked,
  useComputed,
  useSignal,
  useSignalEffect,
} from "@preact/signals";
