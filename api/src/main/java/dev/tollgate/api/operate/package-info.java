/** What operators look at: dead letters, and how far the tables have got. */
@NullMarked
package dev.tollgate.api.operate;

import org.jspecify.annotations.NullMarked;
