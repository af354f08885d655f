/**
 * Software that the stack runs but the build does not contain: fetched once, checked against pinned hashes, kept
 * unpacked.
 */
@NullMarked
package dev.tollgate.embedded.artifact;

import org.jspecify.annotations.NullMarked;
