@NullMarked
package dev.tollgate.cli.operate;

import org.jspecify.annotations.NullMarked;
