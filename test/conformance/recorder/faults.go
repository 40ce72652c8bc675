package recorder

import (
	"errors"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// failure refuses requests of the controllers: it lets `skip` matching ones pass, then fails `n`.
type failure struct {
	verb, resource, reason string
	skip, n                int
}

// injected says whether a request of a controller is to fail, and with what error.
func (s *Store) injected(verb, r, name string) error {
	if s.user {
		return nil
	}
	for i, f := range s.failures {
		if f.verb != verb || f.resource != r {
			continue
		}
		together := verb == "delete" && r == "pods"
		if together && s.deletesDecided {
			return s.deletesFail
		}
		s.deletesDecided = s.deletesDecided || together
		if f.skip > 0 {
			f.skip--
			return nil
		}
		if f.n == 0 {
			s.failures = slices.Delete(s.failures, i, i+1)
			s.deletesDecided = false
			return s.injected(verb, r, name)
		}
		f.n--
		if r == "pods" {
			name = ""
		}
		err := f.error(r, name)
		if together {
			s.deletesFail = err
		}
		return err
	}
	return nil
}

func (f *failure) error(r, name string) error {
	why := errors.New("injected")
	switch f.reason {
	case "Forbidden":
		return apierrors.NewForbidden(gr(r), name, why)
	case "Conflict":
		return apierrors.NewConflict(gr(r), name, why)
	case "InternalError":
		return apierrors.NewInternalError(why)
	case "NotFound":
		return apierrors.NewNotFound(gr(r), name)
	case "AlreadyExists":
		return apierrors.NewAlreadyExists(gr(r), name)
	case "Invalid":
		return apierrors.NewInvalid(kindOf(r), name, field.ErrorList{field.Forbidden(field.NewPath("spec"), "injected")})
	case "Timeout":
		return apierrors.NewTimeoutError("injected", 0)
	case "NamespaceTerminating":
		e := apierrors.NewForbidden(gr(r), name, errors.New("unable to create new content in namespace default because it is being terminated"))
		e.ErrStatus.Details.Causes = append(e.ErrStatus.Details.Causes, metav1.StatusCause{Type: corev1.NamespaceTerminatingCause,
			Message: "namespace default is being terminated", Field: "metadata.namespace"})
		return e
	}
	panic(f.reason)
}

// orphan deletes an object and leaves what it owned without an owner, in one go: the object is marked,
// its dependents lose their reference, the object goes.
func (s *Store) orphan(r, name string) error {
	old, ok := s.objects[r][name]
	if !ok {
		return apierrors.NewNotFound(gr(r), name)
	}
	s.mark(r, name, metav1.FinalizerOrphanDependents)
	uid := acc(old).GetUID()
	child := map[string]string{"deployments": "replicasets", "replicasets": "pods"}[r]
	for _, o := range s.list(child) {
		if ref := metav1.GetControllerOf(acc(o)); ref != nil && ref.UID == uid {
			c := o.DeepCopyObject()
			acc(c).SetOwnerReferences(nil)
			s.commit("MODIFIED", child, o, c)
		}
	}
	s.commit("DELETED", r, s.objects[r][name], s.objects[r][name])
	return nil
}

// foreground marks an object and all that it owns; each goes when nothing that it owns is left.
func (s *Store) foreground(r, name string) error {
	old, ok := s.objects[r][name]
	if !ok {
		return apierrors.NewNotFound(gr(r), name)
	}
	if inForeground(old) {
		return nil // nothing changes, so the garbage collector hears of nothing
	}
	s.mark(r, name, metav1.FinalizerDeleteDependents)
	s.collect(r, old)
	s.sweep()
	return nil
}

// collect deletes what an object owns, in the foreground; what goes so already loses what it has come to own since.
func (s *Store) collect(r string, owner runtime.Object) {
	child := map[string]string{"deployments": "replicasets", "replicasets": "pods"}[r]
	for _, o := range s.list(child) {
		if ref := metav1.GetControllerOf(acc(o)); ref == nil || ref.UID != acc(owner).GetUID() {
			continue
		}
		switch {
		case child == "pods":
			s.delete(child, acc(o).GetName(), nil)
		case inForeground(o):
			s.collect(child, o)
		case !s.owns(child, o):
			s.delete(child, acc(o).GetName(), nil) // attemptToDeleteItem marks what has dependents only
		default:
			s.foreground(child, acc(o).GetName())
		}
	}
}

func (s *Store) owns(r string, owner runtime.Object) bool {
	child := map[string]string{"deployments": "replicasets", "replicasets": "pods"}[r]
	return slices.ContainsFunc(s.list(child), func(o runtime.Object) bool {
		ref := metav1.GetControllerOf(acc(o))
		return ref != nil && ref.UID == acc(owner).GetUID()
	})
}

func inForeground(o runtime.Object) bool {
	return acc(o).GetDeletionTimestamp() != nil && slices.Contains(acc(o).GetFinalizers(), metav1.FinalizerDeleteDependents)
}

func (s *Store) mark(r, name, finalizer string) {
	old := s.objects[r][name]
	c := old.DeepCopyObject()
	acc(c).SetFinalizers([]string{finalizer})
	// Once only, as markAsDeleting does, whatever the deletion that comes on top asks for.
	if acc(c).GetDeletionTimestamp() == nil {
		now, zero := metav1.NewTime(time.Now().Truncate(time.Second)), int64(0)
		acc(c).SetDeletionTimestamp(&now)
		acc(c).SetDeletionGracePeriodSeconds(&zero)
		acc(c).SetGeneration(acc(c).GetGeneration() + 1)
	}
	s.commit("MODIFIED", r, old, c)
}

// sweep takes away objects under foreground deletion that own nothing any more: ReplicaSets, then Deployments.
func (s *Store) sweep() {
	for _, r := range []string{"replicasets", "deployments"} {
		for _, o := range s.list(r) {
			if !inForeground(o) {
				continue
			}
			if !s.owns(r, o) {
				s.commit("DELETED", r, o, o)
			}
		}
	}
}
