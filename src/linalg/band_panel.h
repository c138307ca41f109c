/* The QL factorisation of a panel of LLR_BAND columns. Private to linalg. */
#ifndef LLR_LINALG_BAND_PANEL_H
#define LLR_LINALG_BAND_PANEL_H

#include "linalg/band.h"

/* p (rows x LLR_BAND, row-major, 64-byte aligned) = H L, H a product of reflectors I - tau v v',
 * one for each of the last min(rows, LLR_BAND) columns. The reflector of a column ends with a 1 in
 * row rows - LLR_BAND + column, in whose place L begins; p then holds L there and below, and the
 * reflectors above. tau (LLR_BAND): 0 for columns without a reflector. */
void llr_band_panel(int64_t rows, double *p, double *tau);

/* t (LLR_BAND x LLR_BAND, row-major, lower triangle, zeros above) of H = I - v t v', out of the
 * reflectors written out in v (rows x LLR_BAND, zeros for columns without one). */
void llr_band_panel_factor(int64_t rows, const double *v, const double *tau, double *t);

#endif
