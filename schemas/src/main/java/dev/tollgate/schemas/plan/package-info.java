/** Records of the catalog topic as plans with rules: the one translation, for the accounting and for gates. */
@NullMarked
package dev.tollgate.schemas.plan;

import org.jspecify.annotations.NullMarked;
