/* Values of a CSV table on stdout (RFC 4180), without the commas between them. */
#ifndef LLR_APP_CSV_H
#define LLR_APP_CSV_H

/* Quoted where it must be. */
void llr_csv_text(const char *text);
/* With the 17 digits that read back as the same double; nothing for NaN. */
void llr_csv_number(double value);

#endif
