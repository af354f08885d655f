/** The whole pipeline in one process on this machine: {@code tollgate up}, and what the demo runs on. */
@NullMarked
package dev.tollgate.cli.local;

import org.jspecify.annotations.NullMarked;
