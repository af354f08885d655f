@NullMarked
package dev.tollgate.cli.explain;

import org.jspecify.annotations.NullMarked;
