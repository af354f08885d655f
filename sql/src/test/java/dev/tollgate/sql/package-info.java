@NullMarked
package dev.tollgate.sql;

import org.jspecify.annotations.NullMarked;
