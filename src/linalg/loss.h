/* The losses, for those who fit and those who predict. */
#ifndef LLR_LINALG_LOSS_H
#define LLR_LINALG_LOSS_H

typedef enum llr_loss {
    LLR_LOSS_SQUARE,   /* 1/2 (t - f)^2 summed over columns, t = +-1 (one-vs-rest for K > 2) */
    LLR_LOSS_LOGISTIC, /* K = 2: log(1 + exp(-t f)); K > 2: softmax cross-entropy */
    LLR_LOSS_COUNT
} llr_loss_t;

#endif
