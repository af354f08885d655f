/**
 * YAML text as a tree in which every key and value knows its line and column. Only the plain part of YAML is taken:
 * mappings, lists and scalars; no anchors, aliases, tags or second documents, and no more nesting or nodes than a
 * hand-written file has.
 */
@NullMarked
package dev.tollgate.plans.yaml;

import org.jspecify.annotations.NullMarked;
